// Command buildkey runs the reference server, manages its keys and links, and
// works on its builds. See `buildkey --help`, and package cli for the exit codes.
package main

import (
	"os"

	"github.com/buildkey/buildkey/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)) }
