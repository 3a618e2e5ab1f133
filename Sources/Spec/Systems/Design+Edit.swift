extension Design {
  /// The design with one change to the book of one host: a mutant.
  ///
  /// A fault that a contract newly admits is put into every world's purse, once: what no world may spend changes
  /// nothing.
  ///
  /// - Returns: nil when the change does not apply.
  public func edited(host index: Int, _ edit: Edit) -> Design? {
    guard hosts.indices.contains(index), let host = hosts[index].edited(edit) else { return nil }
    var copy = self
    copy.hosts[index] = host
    var lifted = host.contracts.filter { $0.effect < host.book.effects.count }[...]
    for place in contracts.indices where contracts[place].host == index {
      guard let contract = lifted.popFirst() else { return nil }
      copy.contracts[place] = SystemContract(host: index, hostName: host.name, contract: contract)
    }
    if case .contract(let place, .admit(let fault)) = edit {
      let contract = host.contracts[place]
      let purse = World<S>.FaultPurse(
        fault: fault, host: index, effect: contract.effect, name: "\(host.name).\(contract.name)", limit: 1)
      for world in worlds.indices { copy.worlds[world].faults.append(purse) }
    }
    return copy
  }

  /// The design with one property more, which is judged like its own.
  public func watched(by property: Property<S, S.Event, S.Effect>) -> Design {
    var copy = self
    copy.properties.append(property)
    return copy
  }
}
