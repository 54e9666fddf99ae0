package cli

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

// noArguments refuses all arguments and does not repeat them: one may be a key.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes flags and no arguments", nameOf(cmd))
	}
	return nil
}

// oneKeyID wants the id of a key and nothing else.
func oneKeyID(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%s needs the id of one key: `buildkey keys list` shows them", nameOf(cmd))
	}
	_, err := parseKeyID(args[0])
	return err
}

// parseKeyID reads a UUID of 36 characters, in any case. The error does not
// repeat what may be a key.
func parseKeyID(word string) (uuid.UUID, error) {
	id, err := uuid.Parse(word)
	if err != nil || len(word) != 36 {
		return uuid.Nil, fmt.Errorf("%s is no key id: give a UUID, as `buildkey keys list` shows it", shown(word))
	}
	return id, nil
}

// nameOf is a command as errors name it: without the program before it.
func nameOf(cmd *cobra.Command) string {
	return strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
}
