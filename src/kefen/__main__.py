"""`python -m kefen`: the command line, where `kefen` is not on the path."""

from kefen.cli.main import main

if __name__ == "__main__":
    main()
