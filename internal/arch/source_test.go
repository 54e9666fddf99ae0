package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

const (
	module = "github.com/buildkey/buildkey"
	root   = "../.."
)

// file is one Go file that is no test.
type file struct {
	path    string // from the root, with slashes
	pkg     string // its folder
	imports []string
	syntax  *ast.File
}

// files parses every Go file of the module that is no test.
func files(t *testing.T) []file {
	t.Helper()
	var out []file
	walk(t, ".go", func(path string) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, path), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		f := file{path: path, pkg: filepath.ToSlash(filepath.Dir(path)), syntax: syntax}
		for _, spec := range syntax.Imports {
			f.imports = append(f.imports, strings.Trim(spec.Path.Value, `"`))
		}
		out = append(out, f)
	})
	if len(out) < 20 {
		t.Fatalf("only %d files: the test looks in the wrong place", len(out))
	}
	return out
}

// walk visits the files with an ending, without hidden folders and without the
// modules of their own.
func walk(t *testing.T, ending string, visit func(path string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		switch {
		case entry.IsDir() && rel != "." && (strings.HasPrefix(entry.Name(), ".") || ownModule(path)):
			return filepath.SkipDir
		case !entry.IsDir() && strings.HasSuffix(rel, ending):
			visit(filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func ownModule(folder string) bool {
	found, _ := filepath.Glob(filepath.Join(folder, "go.mod"))
	return len(found) > 0
}

// standard tells whether an import path is the standard library's.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}
