import Foundation

/// Answers requests, each connection in a thread of its own.
final class Server: Sendable {
  private let model: String
  private let behaviour: Behaviour
  private let readyAt: Date
  private let replies: [Reply]
  private let lock = NSLock()
  // Guarded by the lock.
  nonisolated(unsafe) private var repliesGiven = 0
  nonisolated(unsafe) private var readyAnswers = 0

  init(model: String, behaviour: Behaviour, readyAt: Date, replies: [Reply]) {
    self.model = model
    self.behaviour = behaviour
    self.readyAt = readyAt
    self.replies = replies
  }

  func accept(at listener: Int32) -> Never {
    signal(SIGPIPE, SIG_IGN)
    while true {
      let socket = Foundation.accept(listener, nil, nil)
      guard socket >= 0 else {
        // One that has left its port has nothing to do any more.
        usleep(20_000)
        continue
      }
      var yes: Int32 = 1
      setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, 4)
      Thread.detachNewThread { [self] in
        let connection = Connection(socket)
        while let request = connection.nextRequest(), answer(request, connection) {}
        connection.close()
      }
    }
  }

  /// Answers, and says whether the connection stays open.
  private func answer(_ request: Connection.Request, _ connection: Connection) -> Bool {
    switch request.path {
    case "/health": return tellReady(connection, isReady: Date() >= readyAt)
    case "/v1/models": return tellReady(connection, isReady: Date() >= readyAt || behaviour.listsWhileLoading == true)
    case "/v1/chat/completions": return complete(request, connection)
    default:
      connection.send(status: 404, body: #"{"error":{"message":"no such route"}}"#)
      return true
    }
  }

  private func tellReady(_ connection: Connection, isReady: Bool) -> Bool {
    guard isReady else {
      connection.send(status: 503, body: #"{"error":{"message":"Loading model"}}"#)
      return true
    }
    let count = lock.withLock {
      readyAnswers += 1
      return readyAnswers
    }
    connection.send(status: 200, body: #"{"object":"list","data":[{"id":"\#(model)"}],"status":"ok"}"#)
    if let last = behaviour.endsAfterReady, count >= last { exit(0) }
    return true
  }

  private func complete(_ request: Connection.Request, _ connection: Connection) -> Bool {
    let reply = lock.withLock {
      repliesGiven += 1
      return replies[(repliesGiven - 1) % replies.count]
    }
    if let status = reply.status, status != 200 {
      connection.send(status: status, body: reply.body ?? #"{"error":{"message":"refused by script"}}"#)
      return true
    }
    let asked = Asked(request.body)
    let promptTokens = reply.promptTokens ?? behaviour.promptTokens(words: asked.words)
    if let most = behaviour.contextTokens, promptTokens > most {
      connection.send(
        status: 400, body: #"{"error":{"message":"\#(promptTokens) tokens","type":"exceed_context_size_error"}}"#)
      return true
    }
    return Streaming(reply.cut(to: asked.tokensMax), promptTokens, connection, began: request.arrived).run()
  }
}

/// What of a request matters to a server without a model.
private struct Asked {
  let words: Int
  let tokensMax: Int

  init(_ body: [UInt8]) {
    let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
    let message = (object?["messages"] as? [[String: Any]])?.first
    words = (message?["content"] as? String)?.split(whereSeparator: \.isWhitespace).count ?? 0
    tokensMax = object?["max_tokens"] as? Int ?? .max
  }
}

extension Behaviour {
  fileprivate func promptTokens(words: Int) -> Int {
    (frameTokens ?? 0) + Int(((tokensPerWord ?? 1) * Double(words)).rounded())
  }
}
