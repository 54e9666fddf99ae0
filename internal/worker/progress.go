package worker

import (
	"fmt"
	"io"
	"strings"
	"time"
)

const shownOutput = 10 // lines of a failed command's output

// progress writes lines for a person.
type progress struct{ w io.Writer }

// say writes one line. Texts among args are made harmless to a terminal first.
func (p progress) say(format string, args ...any) {
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = cleanLine(text)
		}
	}
	_, _ = fmt.Fprintf(p.w, format+"\n", args...)
}

// quote shows the end of a command's output, set apart.
func (p progress) quote(output string) {
	for line := range strings.SplitSeq(lastLines(output, shownOutput), "\n") {
		p.say("      | %s", line)
	}
}

// seconds is a duration as people say it.
func seconds(d time.Duration) time.Duration {
	return d.Round(100 * time.Millisecond)
}
