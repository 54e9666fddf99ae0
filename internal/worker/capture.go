package worker

import (
	"fmt"
	"strings"
)

const (
	maxOutput  = 1 << 20       // bytes of one command's output that are reported
	noteRoom   = 256           // of those, for what the worker adds
	headOutput = maxOutput / 4 // of those, for its start
	tailOutput = maxOutput - headOutput - noteRoom
)

// capture is a writer that keeps the start and the end of what is written, since
// a failure is mostly told at the end, in bounded memory.
type capture struct {
	head, tail []byte
	written    int64
}

// Write never fails.
func (c *capture) Write(p []byte) (int, error) {
	c.written += int64(len(p))
	room := min(headOutput-len(c.head), len(p))
	c.head = append(c.head, p[:room]...)
	c.tail = append(c.tail, p[room:]...)
	if over := len(c.tail) - tailOutput; over > tailOutput {
		c.tail = append(c.tail[:0], c.tail[over:]...)
	}
	return len(p), nil
}

// text is the output, clean, at most maxOutput with the note that it was cut and
// any other note of the worker's.
func (c *capture) text(notes ...string) string {
	head, tail := clean(c.head), clean(c.tail)
	if c.written <= headOutput+tailOutput {
		head, tail = clean(append(c.head[:len(c.head):len(c.head)], c.tail...)), ""
	}
	if len(head)+len(tail) > headOutput+tailOutput || c.written > headOutput+tailOutput {
		head, tail = c.cut(head, tail)
	}
	return head + tail + strings.Join(notes, "")
}

// cut keeps the start of head and the end of what there is, and says so between.
func (c *capture) cut(head, tail string) (string, string) {
	if tail == "" {
		tail = head
	}
	head = strings.ToValidUTF8(head[:min(len(head), headOutput)], "")
	tail = strings.ToValidUTF8(tail[max(0, len(tail)-tailOutput):], "")
	note := fmt.Sprintf("\n[buildkey: output of %d bytes cut to 1 MiB: the middle is left out]\n", c.written)
	return head + note, tail
}
