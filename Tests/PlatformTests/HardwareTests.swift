#if os(Linux)
  import Foundation
  import Platform
  import Testing

  @Suite struct `This computer` {
    private func hardware(_ files: [String: String]) throws -> Hardware {
      let root = try TemporaryFolder()
      for (name, text) in files { try root.write(name, text) }
      return Hardware(root: root.path)
    }

    @Test func `DEC-18: processor, graphics, memory and system are those that the kernel names`() throws {
      let found = try hardware([
        "proc/cpuinfo": "processor\t: 0\nmodel name\t: AMD EPYC  9654 96-Core\nprocessor: 1\nmodel name: other\n",
        "proc/meminfo": "MemTotal:       16252928 kB\nMemFree: 1 kB\n",
        "etc/os-release": "NAME=Debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n",
        "proc/driver/nvidia/gpus/0000:01:00.0/information": "Model: \t\t NVIDIA H200\nIRQ: 1\n",
        "proc/driver/nvidia/gpus/0000:02:00.0/information": "Model: \t\t NVIDIA H200\n",
        "sys/class/drm/card1/device/product_name": "AMD Instinct MI300X\n",
        "sys/class/drm/card1-HDMI-A-1/device/product_name": "no card\n",
      ])
      #expect(found.chip == "AMD EPYC 9654 96-Core + 2x NVIDIA H200 + 1x AMD Instinct MI300X")
      #expect(found.osVersion == "Debian GNU/Linux 12 (bookworm)")
      // Firmware keeps half a gigabyte of sixteen for itself.
      #expect(found.ramGB == 16)
      #expect(found.cores >= 1)
    }

    @Test func `T-21: what cannot be read is unknown, and memory at least one`() throws {
      let found = try hardware([:])
      #expect(found.chip == "unknown" && found.osVersion == "unknown" && found.ramGB == 1)
      #expect(try hardware(["proc/meminfo": "MemTotal: words kB\n"]).ramGB == 1)
      #expect(try hardware(["proc/meminfo": "MemTotal: 200 kB\n"]).ramGB == 1)
      #expect(Hardware(chip: "x", cores: 1, ramGB: 0, osVersion: "y").ramGB == 1)
    }

    @Test func `a board without a processor's name has its own`() throws {
      let found = try hardware([
        "proc/cpuinfo": "processor: 0\nBogoMIPS: 108.00\n", "sys/firmware/devicetree/base/model": "Raspberry Pi 5\0",
        "usr/lib/os-release": "PRETTY_NAME='Other OS'\n",
      ])
      #expect(found.chip == "Raspberry Pi 5" && found.osVersion == "Other OS")
    }

    @Test func `this computer is told by the same files as by the system's tools`() throws {
      let here = Hardware.current
      let pages = UInt64(sysconf(Int32(_SC_PHYS_PAGES))) * UInt64(sysconf(Int32(_SC_PAGESIZE)))
      #expect(here.ramGB == max(1, Int((Double(pages) / 1_073_741_824).rounded())))
      #expect(here.chip != "" && here.osVersion != "")
    }
  }
#endif
