package arch

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEveryExportedTypeHasAnExample holds the library to this rule: an exported
// type T has an example of its own: ExampleT, ExampleT_something, or one of its
// constructor, ExampleNewT or ExampleParseT. A struct or defined type without
// exported methods is plain data, and may instead be named, as a word, in any
// file of its package's examples.
func TestEveryExportedTypeHasAnExample(t *testing.T) {
	for _, pkg := range libraries(t) {
		examples := examplesOf(t, pkg)
		source := exampleFiles(t, pkg)
		for name, plain := range exportedTypes(t, pkg) {
			if !hasOwnExample(examples, name) && !(plain && names(source, name)) {
				t.Errorf("%s: type %s has no example", pkg, name)
			}
		}
	}
}

func TestEveryExampleHasOutput(t *testing.T) {
	for _, pkg := range libraries(t) {
		for _, e := range examplesOf(t, pkg) {
			if e.Output == "" && !e.EmptyOutput {
				t.Errorf("%s: Example%s prints nothing, or has no Output comment", pkg, e.Name)
			}
		}
	}
}

// libraries are the packages that a user imports.
func libraries(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, f := range files(t) {
		if strings.Contains(f.pkg+"/", "internal/") || strings.HasPrefix(f.pkg, "cmd/") || slices.Contains(out, f.pkg) {
			continue
		}
		out = append(out, f.pkg)
	}
	return out
}

func examplesOf(t *testing.T, pkg string) []*doc.Example {
	t.Helper()
	var tests []*ast.File
	for _, path := range testFiles(t, pkg, "*_test.go") {
		syntax, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		tests = append(tests, syntax)
	}
	return doc.Examples(tests...)
}

// exampleFiles is the text of the files that hold a package's examples.
func exampleFiles(t *testing.T, pkg string) string {
	t.Helper()
	var text strings.Builder
	for _, path := range testFiles(t, pkg, "example*_test.go") {
		rel, err := filepath.Rel(root, path)
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString(read(t, rel))
	}
	return text.String()
}

func testFiles(t *testing.T, pkg, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, pkg, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func hasOwnExample(examples []*doc.Example, name string) bool {
	return slices.ContainsFunc(examples, func(e *doc.Example) bool {
		about, _, _ := strings.Cut(e.Name, "_")
		return about == name || about == "New"+name || about == "Parse"+name
	})
}

func names(text, name string) bool {
	return regexp.MustCompile(`\b` + name + `\b`).MatchString(text)
}

// exportedTypes tells of each exported type whether it is plain data.
func exportedTypes(t *testing.T, pkg string) map[string]bool {
	t.Helper()
	out, behaves := map[string]bool{}, map[string]bool{}
	for _, f := range files(t) {
		if f.pkg != pkg {
			continue
		}
		for _, decl := range f.syntax.Decls {
			switch d := decl.(type) {
			case *ast.GenDecl:
				addTypes(out, d)
			case *ast.FuncDecl:
				if d.Recv != nil && d.Name.IsExported() {
					behaves[receiver(d)] = true
				}
			}
		}
	}
	for name := range out {
		out[name] = out[name] && !behaves[name]
	}
	return out
}

func addTypes(out map[string]bool, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		if s, ok := spec.(*ast.TypeSpec); ok && s.Name.IsExported() {
			_, isInterface := s.Type.(*ast.InterfaceType)
			out[s.Name.Name] = !isInterface
		}
	}
}
