package worker

import "testing"

// Whatever the file holds, it is a recipe that can be run or an error.
func FuzzParseRecipe(f *testing.F) {
	for _, seed := range []string{"", "commands: [ls]\n", "commands:\n  - |\n    a\ndocumentation_type: x\n", "a: &b c\n<<: *b", "? [", "%YAML 1.2\n---\n{}", "!!binary x: - "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseRecipe(text)
		if err == nil && (len(r.Commands) == 0 || len(r.Commands) > maxCommands) {
			t.Errorf("parseRecipe(%q) = %+v", text, r)
		}
	})
}
