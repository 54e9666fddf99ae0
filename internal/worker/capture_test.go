package worker

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCaptureKeepsWhatFits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		size int
		cut  bool
	}{
		{"nothing", 0, false},
		{"a little", 10, false},
		{"the head", headOutput, false},
		{"one more than the head", headOutput + 1, false},
		{"all that fits", headOutput + tailOutput, false},
		{"one byte too many", headOutput + tailOutput + 1, true},
		{"much too much", 9 << 20, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := numbered(test.size)
			got := captured(t, text).text("note")
			if !test.cut && got != text+"note" {
				t.Fatalf("%d bytes became %d", test.size, len(got))
			}
			if !test.cut {
				return
			}
			note := fmt.Sprintf("\n[buildkey: output of %d bytes cut to 1 MiB: the middle is left out]\n", test.size)
			head, tail, found := strings.Cut(got, note)
			if !found || !strings.HasPrefix(text, head) || !strings.HasSuffix(text+"note", tail) || len(got) > maxOutput || len(got) < maxOutput-noteRoom {
				t.Errorf("cut to %d bytes, note found: %v", len(got), found)
			}
		})
	}
}

// numbered is text of that size in which no two places are alike.
func numbered(size int) string {
	var text strings.Builder
	for i := 0; text.Len() < size; i++ {
		fmt.Fprintf(&text, "%d\n", i)
	}
	return text.String()[:size]
}

func captured(t *testing.T, text string) *capture {
	t.Helper()
	c := new(capture)
	if _, err := io.CopyBuffer(struct{ io.Writer }{c}, struct{ io.Reader }{strings.NewReader(text)}, make([]byte, 32<<10)); err != nil {
		t.Fatal(err)
	}
	if held := cap(c.head) + cap(c.tail); held > 8<<20 {
		t.Errorf("%d bytes are held for %d", held, len(text))
	}
	return c
}

// Whatever a command writes fits the server's limit for a command: 1 MiB of
// output, 4 MiB of JSON.
func TestCaptureFitsTheServer(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, unit string }{
		{"bytes that are no UTF-8", "\xff"},
		{"NUL", "\x00"},
		{"control characters", "\x01"},
		{"escape alone", "\x1b"},
		{"escape sequences", "\x1b["},
		{"quotes", `"\`},
		{"line separators", "\u2028"},
		{"markup", "<&>"},
		{"four bytes each", "𝄞"},
		{"four bytes each, off by one", "a𝄞𝄞𝄞"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := captured(t, strings.Repeat(test.unit, 3<<20/len(test.unit))).text(limitNote(errTimeLimit, DefaultCommandTimeout))
			body, err := encode(fields{"output": text})
			var back map[string]string
			if err != nil || len(body) > 4<<20 || len(text) > maxOutput || json.Unmarshal(body, &back) != nil || back["output"] != text {
				t.Errorf("%d bytes of output make %d of JSON (%v)", len(text), len(body), err)
			}
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || !strings.Contains(text, "cut to 1 MiB") {
				t.Error("the text is no UTF-8, holds a NUL or does not say that it was cut")
			}
		})
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, all, line string }{
		{"plain", "a b", "a b", "a b"},
		{"space", "a\tb\r\nc\n", "a\tb\r\nc\n", "a b c"},
		{"not UTF-8", "a\xffb", "a\ufffdb", "a\ufffdb"},
		{"half a rune", "a\xe2\x82", "a\ufffd\ufffd", "a\ufffd"},
		{"NUL and bell", "a\x00\x07b", "a\ufffd\ufffdb", "a\ufffd\ufffdb"},
		{"colour", "\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m", "\ufffd[31mred\ufffd[0m"},
		{"title of a terminal", "\x1b]0;x\x07", "\ufffd]0;x\ufffd", "\ufffd]0;x\ufffd"},
		{"text turned around", "a\u202eb", "a\u202eb", "a\ufffdb"},
		{"long", strings.Repeat("é", maxLine+1), strings.Repeat("é", maxLine+1), strings.Repeat("é", maxLine) + "…"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := clean([]byte(test.in)); got != test.all {
				t.Errorf("clean(%q) = %q, want %q", test.in, got, test.all)
			}
			if got := cleanLine(test.in); got != test.line {
				t.Errorf("cleanLine(%q) = %q, want %q", test.in, got, test.line)
			}
		})
	}
}
