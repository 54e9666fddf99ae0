package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// surface is what a package exports, sorted: constants with their values,
// variables, functions and types with their fields and methods.
func surface(t *testing.T, pkg string) []string {
	t.Helper()
	var decls []ast.Decl
	for _, f := range files(t) {
		if f.pkg == pkg {
			decls = append(decls, f.syntax.Decls...)
		}
	}
	shown := shownTypes(decls)
	var out []string
	for _, decl := range decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			out = append(out, funcLines(d, shown)...)
		case *ast.GenDecl:
			out = append(out, declLines(d, shown)...)
		}
	}
	slices.Sort(out)
	return out
}

func declLines(d *ast.GenDecl, shown map[string]bool) []string {
	var out []string
	var last *ast.ValueSpec // that gave a type or a value
	for i, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			out = append(out, typeLines(s, shown)...)
		case *ast.ValueSpec:
			if s.Type != nil || s.Values != nil {
				last = s
			}
			out = append(out, valueLines(d.Tok, s, last, i)...)
		}
	}
	return out
}

// shownTypes are the exported types, and those that exported structs embed, whose
// methods are theirs too.
func shownTypes(decls []ast.Decl) map[string]bool {
	shown := map[string]bool{}
	for _, decl := range decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range d.Specs {
			s, ok := spec.(*ast.TypeSpec)
			if !ok || !s.Name.IsExported() {
				continue
			}
			shown[s.Name.Name] = true
			if of, ok := s.Type.(*ast.StructType); ok {
				for _, f := range of.Fields.List {
					if f.Names == nil {
						shown[strings.TrimPrefix(types.ExprString(f.Type), "*")] = true
					}
				}
			}
		}
	}
	return shown
}

func funcLines(d *ast.FuncDecl, shown map[string]bool) []string {
	name := d.Name.Name
	if !d.Name.IsExported() || d.Recv != nil && !shown[receiver(d)] {
		return nil
	}
	if d.Recv != nil {
		name = "(" + types.ExprString(d.Recv.List[0].Type) + ") " + name
	}
	return []string{"func " + name + parameters(d.Type.TypeParams) + strings.TrimPrefix(types.ExprString(d.Type), "func")}
}

func parameters(list *ast.FieldList) string {
	if list == nil {
		return ""
	}
	var all []string
	for _, f := range list.List {
		for _, name := range f.Names {
			all = append(all, name.Name+" "+types.ExprString(f.Type))
		}
	}
	return "[" + strings.Join(all, ", ") + "]"
}

func typeLines(s *ast.TypeSpec, shown map[string]bool) []string {
	name := s.Name.Name
	if !shown[name] {
		return nil
	}
	head := "type " + name + parameters(s.TypeParams) + " "
	if s.Assign.IsValid() {
		head += "= "
	}
	switch of := s.Type.(type) {
	case *ast.StructType:
		return append(memberLines(name, of.Fields, false), head+"struct")
	case *ast.InterfaceType:
		return append(memberLines(name, of.Methods, true), head+"interface")
	}
	return []string{head + types.ExprString(s.Type)}
}

// memberLines are a struct's exported fields or an interface's methods; of these
// the unexported, too, since nobody else's type can have them.
func memberLines(of string, members *ast.FieldList, all bool) []string {
	var out []string
	for _, m := range members.List {
		kind := types.ExprString(m.Type)
		if m.Names == nil {
			out = append(out, "in "+of+": "+kind)
		}
		for _, name := range m.Names {
			if name.IsExported() || all {
				out = append(out, "in "+of+": "+name.Name+" "+kind)
			}
		}
	}
	return out
}

// valueLines are a declaration's constants or variables. A constant without a
// value repeats the last one's, with another iota.
func valueLines(kind token.Token, s, last *ast.ValueSpec, iota int) []string {
	var out []string
	for i, name := range s.Names {
		if !name.IsExported() {
			continue
		}
		line := kind.String() + " " + name.Name
		if last.Type != nil {
			line += " " + types.ExprString(last.Type)
		}
		if kind == token.CONST || last.Type == nil {
			line += " = " + value(last.Values[i], iota)
		}
		out = append(out, line)
	}
	return out
}

// value is what an expression comes to, or its text; of a call only what is called.
func value(e ast.Expr, iota int) string {
	if call, ok := e.(*ast.CallExpr); ok {
		return types.ExprString(call.Fun) + "(…)"
	}
	text := strings.ReplaceAll(types.ExprString(e), "iota", fmt.Sprint(iota))
	if known, err := types.Eval(token.NewFileSet(), nil, token.NoPos, text); err == nil && known.Value != nil {
		return known.Value.ExactString()
	}
	return text
}
