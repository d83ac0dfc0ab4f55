"""`python -m trunkline` is the command `trunkline`."""

from trunkline.cli.main import main

main()
