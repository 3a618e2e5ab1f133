import CLI
import Leasing
import Spec

InterlockCommand.main(
  machines: [CatalogEntry(Lease.design, expression: "Lease.design", scenarios: Scenario.all)],
  parameters: Parameters.offByOne, sources: SourceFingerprints.all)
