import Spec

let systemHeading = "The system"

/// The hosts of a system and the routes between them.
func systemSection(_ design: DesignSummary, _ page: PageInput, _ citations: Citations) -> String {
  let hosts = design.hosts.map { host in
    let book = host.book
    return [
      link("**\(escaped(host.name))**", to: "#\(place(machineHeading(design.teller(of: host).name)))"),
      escaped(book.words),
      "\(counted(book.phases.count, "phase")), \(counted(book.rules.count, "rule")), "
        + counted(book.properties.count, "law"),
    ]
  }
  var text = heading(2, systemHeading)
  text += "![\(escaped(systemLabel(design)))](\(systemDiagramPath(page.name)))\n\n"
  text += table(["Machine", "What it does", "Size"], hosts)
  if !design.routes.isEmpty {
    text += "\n"
    text += table(
      ["From", "Effect", "To", "Event", "How"],
      design.routes.map { route in
        [
          escaped(design.hosts[route.from].name), code(route.effectName), escaped(design.hosts[route.to].name),
          code(route.eventName), route.words,
        ]
      })
  }
  for identities in design.interchangeable {
    text += "\n\(escaped(identities)) are all alike: exchanging two of them changes no behaviour.\n"
  }
  return text
}
