package cli

import "github.com/spf13/cobra"

// help is the command of that name. Unlike cobra's own, it fails for a command
// that is not there.
func help(root *cobra.Command) *cobra.Command {
	find := func(words []string) (*cobra.Command, error) {
		cmd, rest, err := root.Find(words)
		if err == nil {
			err = knownCommand(cmd, rest)
		}
		return cmd, err
	}
	return &cobra.Command{
		Use:     "help [command]",
		Short:   "Say what a command does",
		Long:    "Says what a command does and which flags it takes, as its --help does.",
		Example: "  buildkey help keys create",
		Args: func(_ *cobra.Command, words []string) error {
			_, err := find(words)
			return err
		},
		RunE: func(_ *cobra.Command, words []string) error {
			cmd, err := find(words)
			if err != nil {
				return err
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}
