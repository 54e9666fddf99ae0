package arch

import (
	"go/ast"
	"strings"
	"testing"
)

func TestEveryExportedNameIsDocumented(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range files(t) {
		if f.syntax.Doc != nil {
			documented[f.pkg] = true
		}
		if strings.HasPrefix(f.pkg, "cmd/") {
			continue
		}
		for _, decl := range f.syntax.Decls {
			for _, name := range undocumented(decl) {
				t.Errorf("%s: %s has no doc comment", f.path, name)
			}
		}
	}
	for _, f := range files(t) {
		if !documented[f.pkg] {
			t.Errorf("package %s has no doc comment", f.pkg)
		}
	}
}

// undocumented are the exported names that decl declares without a comment. A
// group's comment covers the constants and variables in it.
func undocumented(decl ast.Decl) []string {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) {
			return []string{d.Name.Name}
		}
	case *ast.GenDecl:
		var names []string
		for _, spec := range d.Specs {
			names = append(names, undocumentedSpec(d, spec)...)
		}
		return names
	}
	return nil
}

func undocumentedSpec(d *ast.GenDecl, spec ast.Spec) []string {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && s.Doc == nil && d.Doc == nil {
			return []string{s.Name.Name}
		}
	case *ast.ValueSpec:
		if s.Names[0].IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil {
			return []string{s.Names[0].Name}
		}
	}
	return nil
}

func exportedReceiver(d *ast.FuncDecl) bool {
	return d.Recv == nil || ast.IsExported(receiver(d))
}

// receiver is the name of the type whose method d is.
func receiver(d *ast.FuncDecl) string {
	kind := d.Recv.List[0].Type
	for {
		switch x := kind.(type) {
		case *ast.StarExpr:
			kind = x.X
		case *ast.IndexExpr:
			kind = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}
