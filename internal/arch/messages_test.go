package arch

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// innerMessages are the files in which errors may be made without their
// package's name in front, and the function that puts it there.
var innerMessages = map[string]string{
	"apikey/keystore/links.go":       "trouble",
	"apikey/keystore/linkresolve.go": "trouble",
	"apikey/keystore/record.go":      "trouble",
	"apikey/keystore/row.go":         "trouble",
	"apikey/keystore/verify.go":      "trouble",
	"queryset/condition.go":          "mistakef",
}

// TestMessagesStartWithTheirPackage reads the text given to errors.New,
// fmt.Errorf and panic in the packages that a user imports.
func TestMessagesStartWithTheirPackage(t *testing.T) {
	seen, inner := 0, map[string]bool{}
	pkgs := libraries(t)
	for _, f := range files(t) {
		if !slices.Contains(pkgs, f.pkg) {
			continue
		}
		for _, text := range messages(f.syntax) {
			seen++
			switch {
			case strings.HasPrefix(text, f.syntax.Name.Name+": "):
			case innerMessages[f.path] != "":
				inner[f.path] = true
			default:
				t.Errorf("%s: the message %q does not start with %q", f.path, text, f.syntax.Name.Name+": ")
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d messages: the test looks in the wrong place", seen)
	}
	for path, wrapper := range innerMessages {
		if !inner[path] {
			t.Errorf("%s needs no exception (%s) any more", path, wrapper)
		}
	}
}

// messages are the constant beginnings of what a file gives to errors.New,
// fmt.Errorf and panic.
func messages(file *ast.File) []string {
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 || !slices.Contains([]string{"errors.New", "fmt.Errorf", "panic"}, called(call)) {
			return true
		}
		arg := call.Args[0]
		if inner, ok := arg.(*ast.CallExpr); ok && called(inner) == "fmt.Sprintf" {
			arg = inner.Args[0]
		}
		if text, ok := beginning(arg); ok {
			out = append(out, text)
		}
		return true
	})
	return out
}

// called is the name of a called function, with its package.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if pkg, ok := f.X.(*ast.Ident); ok {
			return pkg.Name + "." + f.Sel.Name
		}
	}
	return ""
}

// beginning is the literal that an expression of strings starts with.
func beginning(e ast.Expr) (text string, ok bool) {
	for {
		switch x := e.(type) {
		case *ast.BinaryExpr:
			e = x.X
		case *ast.BasicLit:
			text, err := strconv.Unquote(x.Value)
			return text, err == nil && x.Kind == token.STRING
		default:
			return "", false
		}
	}
}
