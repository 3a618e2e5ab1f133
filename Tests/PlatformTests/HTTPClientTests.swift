import Foundation
import Platform
import Testing

@Suite struct `HTTP client` {
  @Test func `a small answer has its status, its body and its instants in order`() throws {
    let server = try ScriptedServerProcess("{}")
    let (response, body) = try HTTPClient().fetch(.get(server.address + "/v1/models", timeout: .seconds(5)))
    #expect(response.status == 200 && response.isSuccess)
    #expect(response.contentType == "application/json")
    #expect(String(decoding: body, as: UTF8.self) == #"{"object":"list","data":[{"id":"m"}],"status":"ok"}"#)
    #expect(response.began < response.firstByte && response.firstByte <= response.ended)
    let (missing, _) = try HTTPClient().fetch(.get(server.address + "/nowhere", timeout: .seconds(5)))
    #expect(missing.status == 404 && !missing.isSuccess)
  }

  @Test func `a connection is used again, and made anew when the server closed it`() throws {
    let server = try ScriptedServerProcess(#"{"replies": [{"http10": true}]}"#)
    let client = HTTPClient()
    let health = HTTPRequest.get(server.address + "/health", timeout: .seconds(5))
    #expect(try !client.fetch(health).0.reusedConnection)
    #expect(try client.fetch(health).0.reusedConnection)
    #expect(client.complete(server.request()).fault == nil)
    #expect(try !client.fetch(health).0.reusedConnection)
  }

  @Test func `nobody listening, a connection that is cut and nonsense are told apart`() throws {
    let client = HTTPClient()
    let free = LocalPort.unused().number
    let refused = #expect(throws: HTTPFailure.self) {
      try client.fetch(.get("http://127.0.0.1:\(free)/", timeout: .seconds(5)))
    }
    #expect(refused?.description.hasPrefix("no connection: ") == true)

    let server = try ScriptedServerProcess(#"{"replies": [{"cutsAfter": 2}]}"#)
    let cut = client.complete(server.request()).fault
    #expect(cut?.description.hasPrefix("the connection was cut: ") == true)
    #expect(throws: HTTPFailure.malformed("'ftp://127.0.0.1/' does not begin with http:// or https://")) {
      try client.fetch(.get("ftp://127.0.0.1/", timeout: .seconds(5)))
    }
  }

  @Test func `an answer that takes too long is given up at its time, and not before`() throws {
    let server = try ScriptedServerProcess(#"{"replies": [{"stallsAfter": 1}]}"#)
    let start = ContinuousClock.now
    let completion = HTTPClient().complete(server.request(timeout: .milliseconds(300)))
    #expect(completion.fault == .timedOut(.milliseconds(300)))
    #expect(completion.fault?.description == "not answered within 300 ms")
    #expect((Duration.milliseconds(290)...(.seconds(3))).contains(ContinuousClock.now - start))
  }

  @Test func `a request is cancelled from another thread, at once, and the client goes on`() throws {
    let server = try ScriptedServerProcess(#"{"replies": [{"stallsAfter": 1}, {}]}"#)
    let client = HTTPClient()
    let cancellation = Cancellation()
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.2) { cancellation.cancel() }
    let start = ContinuousClock.now
    #expect(client.complete(server.request(), cancellation: cancellation).fault == .cancelled)
    #expect(ContinuousClock.now - start < .seconds(2))
    #expect(client.complete(server.request(), cancellation: cancellation).fault == .cancelled)
    #expect(client.complete(server.request()).fault == nil)
  }

  @Test func `a body beyond its bound is not kept`() throws {
    let server = try ScriptedServerProcess("{}")
    #expect(throws: HTTPFailure.tooLong(bytesMax: 10)) {
      try HTTPClient().fetch(.get(server.address + "/v1/models", timeout: .seconds(5)), bytesMax: 10)
    }
  }

  @Test func `NFR-4: a proxy that the environment names never sees a request to this machine`() throws {
    // Nobody listens at the proxy, so a request that went there would fail.
    let proxy = "http://127.0.0.1:\(LocalPort.unused().number)"
    let names = ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"]
    for name in names { setenv(name, proxy, 1) }
    defer { for name in names { unsetenv(name) } }
    let server = try ScriptedServerProcess("{}")
    for host in ["127.0.0.1", "localhost"] {
      let url = "http://\(host):\(server.port.number)/health"
      #expect(try HTTPClient().fetch(.get(url, timeout: .seconds(5))).0.status == 200)
    }
  }

  @Test func `a long request arrives whole`() throws {
    let server = try ScriptedServerProcess("{}")
    let prompt = String(repeating: "größe ", count: 400_000)
    #expect(HTTPClient().complete(server.request(prompt: prompt)).fault == nil)
  }
}
