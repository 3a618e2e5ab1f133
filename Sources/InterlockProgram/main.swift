import CLI

InterlockCommand.main()
