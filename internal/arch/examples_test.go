package arch

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEveryExportedTypeHasAnExample holds the library to this rule: an exported
// type T has an example of its own: ExampleT, ExampleT_something, or one of its
// constructor, ExampleNewT or ExampleParseT.
func TestEveryExportedTypeHasAnExample(t *testing.T) {
	for _, pkg := range libraries(t) {
		examples := examplesOf(t, pkg)
		for _, name := range exportedTypes(t, pkg) {
			if !hasOwnExample(examples, name) {
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
	paths, err := filepath.Glob(filepath.Join(root, pkg, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		syntax, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		tests = append(tests, syntax)
	}
	return doc.Examples(tests...)
}

func hasOwnExample(examples []*doc.Example, name string) bool {
	return slices.ContainsFunc(examples, func(e *doc.Example) bool {
		about, _, _ := strings.Cut(e.Name, "_")
		return about == name || about == "New"+name || about == "Parse"+name
	})
}

func exportedTypes(t *testing.T, pkg string) (names []string) {
	t.Helper()
	for _, f := range files(t) {
		if f.pkg != pkg {
			continue
		}
		for _, decl := range f.syntax.Decls {
			if d, ok := decl.(*ast.GenDecl); ok {
				names = append(names, typesIn(d)...)
			}
		}
	}
	return names
}

func typesIn(d *ast.GenDecl) (names []string) {
	for _, spec := range d.Specs {
		if s, ok := spec.(*ast.TypeSpec); ok && s.Name.IsExported() {
			names = append(names, s.Name.Name)
		}
	}
	return names
}
