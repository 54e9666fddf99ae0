package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

const rootLong = `Short-lived API keys for build workers: a reference server, a worker, and
what an operator needs to look after the keys.

  buildkey serve     starts the server on 127.0.0.1:8000, with a sample project
  buildkey demo      shows all of it in one go, and leaves nothing behind

Exit codes: 0 success, 1 failure, 2 wrong usage.`

// nearness is how many letters a mistyped command may differ by.
const nearness = 2

// root is the whole tree of commands.
func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:               "buildkey",
		Short:             "Short-lived API keys for build workers",
		Long:              rootLong,
		Example:           "  buildkey serve\n  buildkey keys list --project 1",
		Version:           version(),
		Args:              knownCommand,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return p.fillFlags(cmd) },
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SuggestionsMinimumDistance = nearness
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages ", ".FlagUsagesWrapped 80 "))
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetHelpCommand(help(root))
	root.AddCommand(p.serve(), p.migrate(), p.keys(), p.links(), p.routes(), p.builder(), p.demo(), p.version())
	keepUseLines(root)
	return root
}

// keepUseLines shows each command's line of use as it stands: it names what must
// be given.
func keepUseLines(cmd *cobra.Command) {
	cmd.DisableFlagsInUseLine = true
	for _, member := range cmd.Commands() {
		keepUseLines(member)
	}
}

// knownCommand refuses a word where a command is due, and names what comes near.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	near := cmd.SuggestionsFor(args[0])
	if len(near) == 0 {
		return fmt.Errorf("%s is no command", shown(args[0]))
	}
	return fmt.Errorf("%s is no command: did you mean %s?", shown(args[0]), strings.Join(near, " or "))
}

// group is a command that only holds others.
func group(cmd *cobra.Command, members ...*cobra.Command) *cobra.Command {
	names := make([]string, len(members))
	for i, member := range members {
		names[i] = member.Name()
	}
	cmd.Args = knownCommand
	cmd.SuggestionsMinimumDistance = nearness
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return fmt.Errorf("%s needs one of %s", cmd.Name(), strings.Join(names, ", "))
	}
	cmd.AddCommand(members...)
	return cmd
}

// running makes do the body of a command. From there on an error is a failure.
func (p *program) running(do func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		p.begun = true
		return do(cmd, args)
	}
}

// shown is a word from the command line as an error may repeat it: a long one
// may be a key in the wrong place.
func shown(word string) string {
	if len(word) > 40 {
		return "that"
	}
	return fmt.Sprintf("%q", word)
}
