package demo

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
)

const width = 80

// screen writes lines for a person, from several goroutines. A line is at most 80
// characters, and holds nothing that moves a terminal's cursor.
type screen struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *screen) line(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = fmt.Fprintln(s.w, strings.TrimRight(fit(text, width), " "))
}

func (s *screen) title(text string) {
	s.line(text)
	s.line("")
}

// step tells what was set up.
func (s *screen) step(name, format string, args ...any) {
	s.line(fmt.Sprintf("%-11s %s", name, fmt.Sprintf(format, args...)))
}

func (s *screen) rule() { s.line(strings.Repeat("-", width)) }

// fit cuts a text that is longer than most characters, and says so.
func fit(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-3]) + "..."
	}
	return text
}

// quote is a writer that shows each line behind a bar: what a process says.
func (s *screen) quote() *quoted { return &quoted{screen: s} }

type quoted struct {
	screen *screen
	begun  []byte // of a line without its end
}

// Write shows the lines that are whole.
func (q *quoted) Write(text []byte) (int, error) {
	q.begun = append(q.begun, text...)
	for {
		line, rest, whole := strings.Cut(string(q.begun), "\n")
		if !whole {
			return len(text), nil
		}
		q.screen.line("  | " + line)
		q.begun = []byte(rest)
	}
}
