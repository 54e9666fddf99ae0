package permission

import (
	"encoding/json"
	"log/slog"
	"strings"
	"unicode"
)

// String is the tree for a terminal, a line for each part, indented by its
// depth, with the responsible leaf marked. It ends with a newline.
func (t Trace) String() string {
	var b strings.Builder
	t.write(&b, 0, t.Decisive)
	return b.String()
}

func (t Trace) write(b *strings.Builder, depth int, responsible bool) {
	b.WriteString(strings.Repeat("  ", depth))
	b.WriteString(t.outcome() + " " + t.Permission)
	if why := t.why(); why != "" {
		b.WriteString(" [" + why + "]")
	}
	if responsible && len(t.Operands) == 0 {
		b.WriteString(" <- decided")
	}
	b.WriteByte('\n')
	for _, operand := range t.Operands {
		operand.write(b, depth+1, responsible && operand.Decisive)
	}
}

// LogValue is the trace in one line, for slog: who decided and why, then the
// expression with each leaf's verdict.
//
//	Deny by B [not_b: b says no]: (A=Deny | ~B=Grant)
func (t Trace) LogValue() slog.Value {
	var b strings.Builder
	b.WriteString(t.outcome() + " by " + t.Decision.Rule)
	if why := t.why(); why != "" {
		b.WriteString(" [" + why + "]")
	}
	b.WriteString(": ")
	t.annotate(&b)
	return slog.StringValue(b.String())
}

func (t Trace) annotate(b *strings.Builder) {
	switch t.Operator {
	case "":
		b.WriteString(t.Permission + "=" + t.outcome())
	case "~":
		b.WriteByte('~')
		t.Operands[0].annotate(b)
	default:
		b.WriteByte('(')
		for i, operand := range t.Operands {
			if i > 0 {
				b.WriteString(" " + t.Operator + " ")
			}
			operand.annotate(b)
		}
		b.WriteByte(')')
	}
}

func (t Trace) outcome() string {
	if t.Skipped != "" {
		return "Skipped"
	}
	return t.Decision.Verdict.String()
}

// why is what there is to say about this part's answer, on one line.
func (t Trace) why() string {
	var said []string
	for _, part := range []string{t.Skipped, t.Decision.Code, t.Decision.Reason, t.errText()} {
		if part != "" {
			said = append(said, part)
		}
	}
	return oneLine(strings.Join(said, ": "))
}

func (t Trace) errText() string {
	if t.Decision.Err == nil {
		return ""
	}
	return t.Decision.Err.Error()
}

// oneLine keeps an error's text from making lines of its own.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// MarshalJSON gives an object with permission and operator, then verdict, rule,
// code, reason and error, or skipped in place of these, then decisive and
// operands; what is empty is left out.
func (t Trace) MarshalJSON() ([]byte, error) {
	out := struct {
		Permission string   `json:"permission"`
		Operator   string   `json:"operator,omitempty"`
		Verdict    *Verdict `json:"verdict,omitempty"`
		Rule       string   `json:"rule,omitempty"`
		Code       string   `json:"code,omitempty"`
		Reason     string   `json:"reason,omitempty"`
		Error      string   `json:"error,omitempty"`
		Skipped    string   `json:"skipped,omitempty"`
		Decisive   bool     `json:"decisive,omitempty"`
		Operands   []Trace  `json:"operands,omitempty"`
	}{
		Permission: t.Permission, Operator: t.Operator,
		Rule: t.Decision.Rule, Code: t.Decision.Code, Reason: t.Decision.Reason, Error: t.errText(),
		Skipped: t.Skipped, Decisive: t.Decisive, Operands: t.Operands,
	}
	if t.Skipped == "" {
		out.Verdict = &t.Decision.Verdict
	}
	return json.Marshal(out)
}
