package dialect

import "strings"

// Skip returns the length of the token that sql starts with: a whole literal,
// quoted identifier or comment, or a single byte of anything else. One that is
// not closed reaches to the end; [Closed] tells.
func Skip(sql string) int {
	n, _ := token(sql)
	return n
}

// Closed tells whether the token that sql starts with has its end.
func Closed(sql string) bool {
	_, closed := token(sql)
	return closed
}

func token(sql string) (n int, closed bool) {
	switch {
	case strings.HasPrefix(sql, "--"):
		return through(sql, 2, "\n")
	case strings.HasPrefix(sql, "/*"):
		return blockComment(sql)
	case sql[0] == '\'' || sql[0] == '"' || sql[0] == '`':
		return quoted(sql, 1, sql[0], false)
	case (sql[0] == 'E' || sql[0] == 'e') && strings.HasPrefix(sql[1:], "'"):
		return quoted(sql, 2, '\'', true)
	case sql[0] == '$':
		return dollarQuoted(sql)
	case isIdent(sql[0]):
		return ident(sql), true
	}
	return 1, true
}

func through(sql string, from int, end string) (int, bool) {
	if i := strings.Index(sql[from:], end); i >= 0 {
		return from + i + len(end), true
	}
	return len(sql), false
}

// blockComment knows that PostgreSQL's comments nest.
func blockComment(sql string) (int, bool) {
	depth := 1
	for i := 2; i+1 < len(sql); i++ {
		switch sql[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
		}
		if depth == 0 {
			return i + 1, true
		}
	}
	return len(sql), false
}

// quoted ends at a quote that is not doubled, nor behind a backslash in E'…'.
func quoted(sql string, from int, quote byte, backslash bool) (int, bool) {
	for i := from; i < len(sql); i++ {
		switch {
		case backslash && sql[i] == '\\':
			i++
		case sql[i] != quote:
		case i+1 < len(sql) && sql[i+1] == quote:
			i++
		default:
			return i + 1, true
		}
	}
	return len(sql), false
}

// dollarQuoted is $tag$ … $tag$; a lone $ or $1 is one byte of something else.
func dollarQuoted(sql string) (int, bool) {
	end := 1
	for end < len(sql) && isIdent(sql[end]) && (end > 1 || !isDigit(sql[end])) {
		end++
	}
	if end == len(sql) || sql[end] != '$' {
		return 1, true
	}
	tag := sql[:end+1]
	return through(sql, len(tag), tag)
}

// ident is a whole word, so that neither the E of NAME'…' nor the $ of a$b is
// taken for the start of a literal. A lone E before a quote was looked at first.
func ident(sql string) int {
	i := 1
	for i < len(sql) && (isIdent(sql[i]) || sql[i] == '$') {
		i++
	}
	return i
}

func isIdent(c byte) bool {
	return c == '_' || isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
