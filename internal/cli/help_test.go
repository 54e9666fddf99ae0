package cli

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// commands are all of them, the root too.
func commands(from *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{from}
	for _, cmd := range from.Commands() {
		all = append(all, commands(cmd)...)
	}
	return all
}

func TestEveryCommandExplainsItself(t *testing.T) {
	t.Parallel()
	root := (&program{}).root()
	for _, cmd := range commands(root) {
		t.Run(cmd.CommandPath(), func(t *testing.T) {
			if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
				t.Errorf("short text %q: want one, without a full stop", cmd.Short)
			}
			if len(cmd.Long) <= len(cmd.Short) || !strings.HasSuffix(cmd.Long, ".") {
				t.Errorf("long text %q: want sentences", cmd.Long)
			}
			if !strings.Contains(cmd.Example, cmd.CommandPath()) {
				t.Errorf("example %q does not run the command", cmd.Example)
			}
			for line := range strings.SplitSeq(cmd.Long+"\n"+cmd.Flags().FlagUsagesWrapped(80), "\n") {
				if utf8.RuneCountInString(line) > 80 {
					t.Errorf("a line of %d characters: %s", utf8.RuneCountInString(line), line)
				}
			}
		})
	}
}

// TestExamplesAreRight parses each example: its flags and arguments are there.
func TestExamplesAreRight(t *testing.T) {
	t.Parallel()
	for _, cmd := range commands((&program{}).root()) {
		for line := range strings.SplitSeq(cmd.Example, "\n") {
			_, rest, found := strings.Cut(strings.TrimSuffix(line, ")"), "buildkey ")
			if !found {
				t.Errorf("%s: an example that is none of ours: %s", cmd.CommandPath(), line)
				continue
			}
			named, args, err := (&program{}).root().Find(strings.Fields(rest))
			if err == nil {
				err = named.ParseFlags(args)
			}
			if err == nil {
				err = named.ValidateArgs(named.Flags().Args())
			}
			if err == nil && named.PreRunE != nil {
				err = named.PreRunE(named, named.Flags().Args())
			}
			if err != nil {
				t.Errorf("%s: %s: %v", cmd.CommandPath(), line, err)
			}
		}
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, args, want string }{
		{"bare", "", "Exit codes: 0 success, 1 failure, 2 wrong usage."},
		{"flag", "serve --help", "[BUILDKEY_ADMIN_TOKEN]"},
		{"command", "help keys create", "KEY=$(buildkey keys create"},
		{"of a group", "keys --help", "End the life of keys"},
		{"version", "--version", "buildkey "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := call(t, t.Context(), []string{"BUILDKEY_ADMIN_TOKEN=s3cret"}, "", strings.Fields(test.args)...)
			if e.code != 0 || e.stderr != "" || !strings.Contains(e.stdout, test.want) {
				t.Errorf("exit code %d, %q\n%s", e.code, e.stderr, e.stdout)
			}
			if strings.Contains(e.stdout, "s3cret") {
				t.Error("help shows a token")
			}
		})
	}
}

func TestCommandsAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	var names []string
	for _, cmd := range commands((&program{}).root()) {
		if cmd.Runnable() {
			names = append(names, strings.TrimPrefix(cmd.CommandPath(), "buildkey "))
		}
	}
	for _, want := range []string{"serve", "migrate", "keys create", "keys list", "keys show", "keys revoke", "keys rotate",
		"keys purge", "links list", "links add", "links remove", "routes", "builder", "demo", "version"} {
		if !slices.Contains(names, want) {
			t.Errorf("no command %q", want)
		}
	}
}

func TestRoutesNeedNoDatabase(t *testing.T) {
	t.Parallel()
	e := must(t, "routes")
	for _, want := range []string{
		"METHOD", "/healthz", "(HasBuildAPIKey | Restricted)", "/api/v2/build/{id}/reset/", "IsStaff",
	} {
		if !strings.Contains(e.stdout, want) {
			t.Errorf("no %q in\n%s", want, e.stdout)
		}
	}
	for line := range strings.Lines(e.stdout) {
		if len(strings.Fields(line)) < 3 {
			t.Errorf("a route without a permission: %s", line)
		}
	}
}
