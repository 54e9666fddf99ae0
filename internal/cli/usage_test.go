package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

const someID = "01920c5e-5b6d-7c1a-8f00-3d9a4e2b7c11"

// usageCases are wrong from the start: no database is looked for.
var usageCases = []struct {
	name string
	args string
	env  string
	want string // part of the one line
}{
	{"unknown command", "srve", "", `"srve" is no command: did you mean serve?`},
	{"unknown command, nothing near", "xyzzy", "", `"xyzzy" is no command (see buildkey --help)`},
	{"unknown flag of root", "--wide", "", "unknown flag: --wide"},
	{"unknown flag", "serve --prot 1", "", "unknown flag: --prot (see buildkey serve --help)"},
	{"unknown subcommand", "keys lst", "", "did you mean list?"},
	{"no subcommand", "links", "", "links needs one of list, add, remove"},
	{"unknown command of help", "help keys lst", "", `"lst" is no command: did you mean list?`},
	{"argument too many", "migrate now", "", "migrate takes flags and no arguments"},
	{"flag without value", "serve --addr", "", "flag needs an argument: --addr"},
	{"no Boolean in the environment", "serve", "BUILDKEY_NO_SAMPLE=perhaps", "BUILDKEY_NO_SAMPLE cannot be used as --no-sample, a bool"},
	{"no address", "serve --addr foo", "", `--addr "foo" is not HOST:PORT`},
	{"no port", "serve --addr 127.0.0.1:99999", "", "is not HOST:PORT"},
	{"no address in the environment", "serve", "BUILDKEY_ADDR=nonsense", "is not HOST:PORT"},
	{"no token for a header", "serve --admin-token bk_thekey%", "", "--admin-token cannot be sent in a header"},
	{"no token in the environment", "serve", "BUILDKEY_ADMIN_TOKEN=bk_thekey%", "cannot be sent in a header"},
	{"serve on another database", "serve --database-url mysql://bk_thekey@host/db", "", "neither sqlite://PATH nor postgres://"},
	{"migrate another database", "migrate --database-url mysql://bk_thekey@host/db", "", "neither sqlite://PATH nor postgres://"},
	{"keys of another database", "keys list --database-url buildkey.db", "", "neither sqlite://PATH nor postgres://"},
	{"demo on another database", "demo --database-url mysql://host/db", "", "neither sqlite://PATH nor postgres://"},
	{"no file", "links list --project 1 --database-url sqlite://", "", "names no file"},
	{"a database in memory", "serve --database-url sqlite://:memory:", "", "names no file"},
	{"no URL", "keys list --database-url postgres://u:bk_thekey%zz@host/db", "", "is no URL that can be read"},
	{"no log format", "serve --log-format xml", "", `"xml" is neither text nor json`},
	{"create without project", "keys create", "", "needs --project"},
	{"create for a build without version", "keys create --project 1 --build 7", "", "needs --version with --build"},
	{"no id", "keys create --project one", "", "it is no id: give a positive integer"},
	{"id with a sign", "keys create --project +1", "", "it is no id: give a positive integer"},
	{"id with a zero before it", "keys create --project 01", "", "it is no id: give a positive integer"},
	{"no duration", "keys create --project 1 --ttl soon", "", "give a duration such as 90m"},
	{"no time to live at all", "keys create --project 1 --ttl 0", "", "it is not above zero"},
	{"negative wait", "keys create --project 1 --activate-within -1h", "", "it is not above zero"},
	{"negative grace", "keys revoke " + someID + " --grace -1s", "", "it is not above zero"},
	{"no retention", "keys purge --retention 0s", "", "it is not above zero"},
	{"show without id", "keys show", "", "needs the id of one key"},
	{"show with two", "keys show " + someID + " " + someID, "", "needs the id of one key"},
	{"no key id", "keys show 7", "", `"7" is no key id: give a UUID`},
	{"key id without hyphens", "keys rotate 01920c5e5b6d7c1a8f003d9a4e2b7c11", "", "give a UUID"},
	{"revoke nothing", "keys revoke", "", "needs ids of keys, a dash, or one of --build"},
	{"revoke twice over", "keys revoke " + someID + " --build 7", "", "needs ids of keys, a dash, or one of --build"},
	{"revoke two levels", "keys revoke --version 11 --build 7", "", "needs ids of keys, a dash, or one of --build"},
	{"revoke no id", "keys revoke 7", "", "give a UUID"},
	{"grace for the input's key", "keys revoke - --grace 5s", "", "leave --grace out"},
	{"link without other", "links add --project 2 --direction inbound", "", "links add needs --project, --direction and --other"},
	{"no direction", "links add --project 2 --direction in --other 1", "", "neither inbound nor outbound"},
	{"links of nobody", "links list", "", "needs --project"},
	{"builder without server", "builder --build 7", "BUILDKEY_KEY=k", "needs --server"},
	{"builder without build", "builder --server http://127.0.0.1:1", "BUILDKEY_KEY=k", "needs --build"},
	{"builder of build zero", "builder --server http://127.0.0.1:1 --build 0", "BUILDKEY_KEY=k", "a positive integer"},
	{"builder of no build", "builder --server http://127.0.0.1:1 --build x", "BUILDKEY_KEY=k", `"x" for "--build" flag: it is no id: give a positive integer`},
	{"builder with no URL", "builder --server builds.example.org --build 7", "BUILDKEY_KEY=k", "--server is no URL"},
	{"builder with another scheme", "builder --server ftp://builds.example.org --build 7", "BUILDKEY_KEY=k", "--server is no URL"},
	{"builder with a password", "builder --server http://u:p@builds.example.org --build 7", "BUILDKEY_KEY=k", "--server is no URL"},
	{"builder without credential", "builder --server http://127.0.0.1:1 --build 7", "", "set BUILDKEY_KEY to a key, or BUILDKEY_HANDLE"},
	{"builder with both", "builder --server http://127.0.0.1:1 --build 7", "BUILDKEY_KEY=k BUILDKEY_HANDLE=h", "both set"},
	{"builder with the key as an argument", "builder bk_thekey --server http://127.0.0.1:1 --build 7", "", "takes flags and no arguments"},
	{"demo with an argument", "demo fast", "", "takes flags and no arguments"},
}

func TestWrongUsageIsExitCode2AndOneLine(t *testing.T) {
	t.Parallel()
	for _, test := range usageCases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := call(t, t.Context(), strings.Fields(test.env), "", strings.Fields(test.args)...)
			e.checkRefusal(t, 2, test.want)
			if strings.Contains(e.stderr, "bk_thekey") {
				t.Errorf("a credential is repeated: %s", e.stderr)
			}
		})
	}
}

// checkRefusal wants an exit code, and one line that says so much.
func (e ended) checkRefusal(t *testing.T, code int, part string) {
	t.Helper()
	if e.code != code {
		t.Errorf("exit code %d, want %d", e.code, code)
	}
	if !strings.HasPrefix(e.stderr, "buildkey: ") || strings.Count(e.stderr, "\n") != 1 || !strings.Contains(e.stderr, part) {
		t.Errorf("standard error:\n%swant one line with %q", e.stderr, part)
	}
	if e.stdout != "" {
		t.Errorf("standard output: %q, want none", e.stdout)
	}
}

func TestFailureIsExitCode1AndOneLine(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	absent := "sqlite://" + filepath.Join(folder, "absent.db")
	nowhere := "sqlite://" + filepath.Join(folder, "no", "folder.db")
	tests := []struct{ name, args, want string }{
		{"keys of no database", "keys list --database-url " + absent, "make it with `buildkey migrate`"},
		{"links of no database", "links list --project 1 --database-url " + absent, "make it with `buildkey migrate`"},
		{"a server in no folder", "serve --database-url " + nowhere, "check that the folder exists"},
		{"PostgreSQL that is not there", "migrate --database-url postgres://u:s3cret@127.0.0.1:1/db", "check that it runs"},
		{"a demo on PostgreSQL that is not there", "demo --database-url postgres://u:s3cret@127.0.0.1:1/db", "check that it runs"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := call(t, t.Context(), nil, "", strings.Fields(test.args)...)
			e.stdout = strings.Map(func(r rune) rune { return -1 }, e.stdout) // a demo has begun to tell
			e.stderr = lastLine(e.stderr)                                     // a server has logged
			e.checkRefusal(t, 1, test.want)
			if strings.Contains(e.stderr, "s3cret") {
				t.Errorf("a password is repeated: %s", e.stderr)
			}
		})
	}
}

func lastLine(text string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	return lines[len(lines)-1] + "\n"
}
