package worker

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestReadRecipe(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		commands   []string
		docType    string
	}{
		{"commands", "commands:\n  - make deps\n  - make html\n", []string{"make deps", "make html"}, "generic"},
		{"a type", "documentation_type: sphinx\ncommands: [ls]\n", []string{"ls"}, "sphinx"},
		{"several lines", "commands:\n  - |\n    a=1\n    echo $a\n", []string{"a=1\necho $a\n"}, "generic"},
		{"a comment and quotes", "# x\ncommands: [\"echo 'a: b'\"]\n", []string{"echo 'a: b'"}, "generic"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseRecipe(test.text)
			if err != nil || !slices.Equal(got.Commands, test.commands) || got.docType() != test.docType || !got.fromFile {
				t.Errorf("parseRecipe = %+v, %v", got, err)
			}
		})
	}
}

func TestReadRecipeRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, mentions string }{
		{"an unknown field", "commands: [ls]\nbuild: x\n", `unknown field "build"`},
		{"a field in another case", "Commands: [ls]\n", `unknown field "Commands"`},
		{"a field twice", "commands: [ls]\ncommands: [rm]\n", "already defined"},
		{"an empty file", "", "commands is missing"},
		{"no commands", "documentation_type: x\n", "commands is missing"},
		{"an empty list", "commands: []\n", "commands is missing"},
		{"one line in place of a list", "commands: make\n", "[1:11] string was used where sequence is expected"},
		{"a mapping in the list", "commands: [{run: ls}]\n", "cannot unmarshal"},
		{"a blank command", "commands: [ls, '  ']\n", "command 2 is blank"},
		{"a NUL", "commands: [\"a\\0b\"]\n", "NUL"},
		{"too many", "commands:\n" + strings.Repeat("  - ls\n", maxCommands+1), "above the maximum 100"},
		{"a type of many words", "commands: [ls]\ndocumentation_type: two words\n", "documentation_type"},
		{"two documents", "commands: [ls]\n---\ncommands: [rm]\n", "more than one document"},
		{"aliases that multiply", bomb(), "aliases"},
		{"an alias", "commands: [&a ls, *a]\n", "aliases"},
		{"very deep", "commands: " + strings.Repeat("[", maxRecipe/2), "deeper than 8"},
		{"no YAML", "commands: [ls\n", "["},
		{"text", "hello", "mapping is expected"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseRecipe(test.text)
			if err == nil || !strings.Contains(err.Error(), test.mentions) {
				t.Errorf("parseRecipe = %+v, %v; want an error that mentions %q", got, err, test.mentions)
			}
		})
	}
}

func TestReadRecipeStaysInTheCheckout(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "secret.yaml")
	if err := os.WriteFile(outside, []byte("commands: [ls]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		make func(path string) error
	}{
		{"a link out", func(path string) error { return os.Symlink(outside, path) }},
		{"a link to a device", func(path string) error { return os.Symlink("/dev/zero", path) }},
		{"a folder", func(path string) error { return os.Mkdir(path, 0o700) }},
		{"a file too large", func(path string) error { return os.WriteFile(path, make([]byte, maxRecipe+1), 0o600) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := test.make(filepath.Join(dir, recipeName)); err != nil {
				t.Fatal(err)
			}
			if got, err := readRecipe(dir); err == nil || !strings.HasPrefix(err.Error(), "buildkey.yaml: ") {
				t.Errorf("readRecipe = %+v, %v; want an error", got, err)
			}
		})
	}
}

func TestReadRecipeThroughALinkInside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "real.yaml"), []byte("commands: [ls]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real.yaml", filepath.Join(dir, recipeName)); err != nil {
		t.Fatal(err)
	}
	if got, err := readRecipe(dir); err != nil || !got.fromFile {
		t.Errorf("readRecipe = %+v, %v", got, err)
	}
}

// bomb is small YAML that stands for 10^12 strings.
func bomb() string {
	text := "commands:\n  - &l0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 12; i++ {
		alias := "*l" + strconv.Itoa(i-1)
		text += "  - &l" + strconv.Itoa(i) + " [" + strings.Join(slices.Repeat([]string{alias}, 10), ", ") + "]\n"
	}
	return text
}
