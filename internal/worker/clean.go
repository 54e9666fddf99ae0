package worker

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxLine = 300 // runes of a line that is shown to people

// clean makes a command's output fit for JSON and for PostgreSQL text: what is no
// UTF-8, NUL and control characters become U+FFFD. Tab, newline, carriage return
// and the start of a terminal sequence (ESC [) stay.
func clean(raw []byte) string {
	var text strings.Builder
	text.Grow(len(raw))
	for i := 0; i < len(raw); {
		r, size := utf8.DecodeRune(raw[i:])
		if (r == utf8.RuneError && size == 1) || forbidden(r, raw[i+size:]) {
			r = utf8.RuneError
		}
		text.WriteRune(r)
		i += size
	}
	return text.String()
}

func forbidden(r rune, rest []byte) bool {
	switch r {
	case '\t', '\n', '\r':
		return false
	case '\x1b':
		return len(rest) == 0 || rest[0] != '['
	}
	return r < ' ' || r == '\x7f'
}

// cleanLine makes text that others wrote one short line that does nothing to a
// terminal or a log.
func cleanLine(text string) string {
	line := strings.Join(strings.FieldsFunc(text, unicode.IsSpace), " ")
	line = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return utf8.RuneError
	}, strings.ToValidUTF8(line, string(utf8.RuneError)))
	if runes := []rune(line); len(runes) > maxLine {
		return string(runes[:maxLine]) + "…"
	}
	return line
}
