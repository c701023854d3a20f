"""The standard tables and analyses of the run that pages show, with who keeps and checks each."""
