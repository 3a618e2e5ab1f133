import Foundation
import Machines

extension Workload {
  /// The workload as Interlock's own lines, which ``parse(_:file:timing:)`` reads back.
  ///
  /// Fields that have their usual value are left out. Equal workloads give equal bytes.
  ///
  /// - Parameter comment: What the first line says after `#`, on one line.
  public func text(comment: String? = nil) -> String {
    var lines = comment.map { "# \($0)\n" } ?? ""
    lines += "{\"team\": {\"agents\": [\(agents.map(\.text).joined(separator: ", "))], "
    lines += "\"topology\": \"\(topology)\", \"prepare_ms\": \(shortNumber(preparationMilliseconds))}}\n"
    if limits != WorkloadLimits() { lines += limits.text + "\n" }
    for action in actions {
      lines += "{\"at_ms\": \(shortNumber(Double(action.at.nanoseconds) / 1e6)), \(text(of: action.kind))}\n"
    }
    if let storm {
      lines += "{\"storm\": {\"copies\": \(storm.copies), \"switches\": \(storm.switches), \"seed\": \(storm.seed), "
      lines += "\"payload_bytes\": \(storm.payloadBytes), \"illegal\": \(shortNumber(storm.illegal))}}\n"
    }
    return lines
  }

  private func text(of kind: WorkloadAction.Kind) -> String {
    switch kind {
    case .send(let message): text(of: message)
    case .switchTo(let topology): "\"switch\": \"\(topology)\""
    case .cancelSwitch: "\"cancel\": true"
    case .decide(let decision):
      "\"decision\": \"\(decision.decision)\", \"policy_ms\": \(shortNumber(decision.policyMilliseconds))"
    case .beginEpisode(let task): "\"episode\": \(quoted(task))"
    }
  }

  private func text(of message: WorkloadMessage) -> String {
    var fields: [String] = []
    switch message.sender {
    case .agent(let place): fields.append("\"from\": \(quoted(agents[place].name))")
    case .system: fields.append("\"from\": \"system\"")
    }
    switch message.recipients {
    case .one(let place): fields.append("\"to\": \(quoted(agents[place].name))")
    case .several(let places):
      fields.append("\"to\": [\(places.map { quoted(agents[$0].name) }.joined(separator: ", "))]")
    case .broadcast: fields.append("\"to\": \"BROADCAST\"")
    }
    if message.priority != .draft { fields.append("\"priority\": \"\(message.priority)\"") }
    if message.payloadBytes != 2 { fields.append("\"payload_bytes\": \(message.payloadBytes)") }
    if let id = message.id { fields.append("\"id\": \(quoted(id))") }
    if let time = message.ttlMilliseconds { fields.append("\"ttl_ms\": \(shortNumber(time))") }
    if let cost = message.cost {
      let most = cost.outputMost == cost.output ? "" : ", \"output_most\": \(cost.outputMost)"
      let model = cost.model.map { ", \"model\": \(quoted($0))" } ?? ""
      fields.append("\"cost\": {\"prompt\": \(cost.prompt), \"output\": \(cost.output)\(most)\(model)}")
    }
    if let time = message.handling.serviceMilliseconds { fields.append("\"service_ms\": \(shortNumber(time))") }
    if let fault = message.handling.fault {
      fields.append("\"fails\": \"\(fault.rawValue)\"")
      if message.handling.faultyDeliveries != 1 {
        fields.append("\"fail_times\": \(message.handling.faultyDeliveries)")
      }
    }
    return fields.joined(separator: ", ")
  }
}

extension WorkloadAgent {
  fileprivate var text: String {
    var fields = ["\"name\": \(quoted(name))"]
    if let role { fields.append("\"role\": \"\(role)\"") }
    if let most = serviceMilliseconds95 {
      fields.append("\"service_ms\": {\"p50\": \(shortNumber(serviceMilliseconds)), \"p95\": \(shortNumber(most))}")
    } else if serviceMilliseconds != 0.2 {
      fields.append("\"service_ms\": \(shortNumber(serviceMilliseconds))")
    }
    if nacks != 0 { fields.append("\"nacks\": \(shortNumber(nacks))") }
    if let time = preparationMilliseconds { fields.append("\"prepare_ms\": \(shortNumber(time))") }
    if preparationFailures != 0 { fields.append("\"prepare_fails\": \(shortNumber(preparationFailures))") }
    return "{\(fields.joined(separator: ", "))}"
  }
}

extension WorkloadLimits {
  fileprivate var text: String {
    var fields = [("daily", daily), ("episode", episode)].compactMap { name, limit in
      limit.text.map { "\"\(name)\": \($0)" }
    }
    let agents = WorkloadRole.allCases.compactMap { role in roles[role]?.text.map { "\"\(role)\": \($0)" } }
    if !agents.isEmpty { fields.append("\"agent\": {\(agents.joined(separator: ", "))}") }
    return "{\"limits\": {\(fields.joined(separator: ", "))}}"
  }
}

extension WorkloadLimits.Limit {
  /// Nil where nothing is limited in a way of its own.
  fileprivate var text: String? {
    let fields = [("tokens", tokens), ("ms", milliseconds)].compactMap { name, value in
      value.map { "\"\(name)\": \($0)" }
    }
    return fields.isEmpty ? nil : "{\(fields.joined(separator: ", "))}"
  }
}

/// A number without a fraction that it does not need.
private func shortNumber(_ number: Double) -> String { Int(exactly: number).map(String.init) ?? "\(number)" }

/// A text as a JSON string.
private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case _ where scalar.value < 0x20: result += String(format: "\\u%04x", scalar.value)
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
