extension Design {
  /// The design with one change to the book of a host, and of every other host that shares the book: a mutant.
  ///
  /// A fault that a contract newly admits is put into every world's purse, once: what no world may spend changes
  /// nothing.
  ///
  /// - Returns: nil when the change does not apply.
  public func edited(host index: Int, _ edit: Edit) -> Design? {
    guard hosts.indices.contains(index) else { return nil }
    let sharing = hosts.indices.filter { hosts[$0].book.title == hosts[index].book.title }
    return sharing.reduce(self as Design?) { design, host in design?.edited(alone: host, edit) }
  }

  private func edited(alone index: Int, _ edit: Edit) -> Design? {
    guard let host = hosts[index].edited(edit) else { return nil }
    var copy = self
    copy.hosts[index] = host
    var lifted = Self.contracts(of: host, routes)[...]
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
}
