package queryset

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/buildkey/buildkey/internal/dialect"
)

// checkCondition refuses a condition that could end before its parentheses do,
// or whose arguments could be another's, and counts the ? that mark arguments.
// It reads the text as the database will: where PostgreSQL and SQLite differ on
// what a character starts, or a server's settings decide, it refuses.
func checkCondition(d dialect.Dialect, text string) (marks int, err error) {
	c := conditionCheck{dialect: d}
	if strings.Contains(text, "\x00") {
		return 0, errors.New("it holds a NUL byte")
	}
	for at := 0; at < len(text) && err == nil; {
		rest := text[at:]
		token := rest[:max(dialect.Skip(rest), doubled(rest))]
		if !dialect.Closed(rest) {
			return 0, fmt.Errorf("%s is not closed", opening(token))
		}
		err = c.token(token, text[:at], rest[len(token):])
		at += len(token)
	}
	switch {
	case err != nil:
		return 0, err
	case c.depth > 0:
		return 0, errors.New("a parenthesis is not closed")
	case c.empty():
		return 0, errors.New("it is empty")
	}
	return c.marks, nil
}

// checkPublic is for a condition that is part of a declaration.
func checkPublic(d dialect.Dialect, text string) error {
	marks, err := checkCondition(d, text)
	if err == nil && marks > 0 {
		err = errors.New("it has no arguments to take: write the values as literals")
	}
	return err
}

type conditionCheck struct {
	dialect dialect.Dialect
	depth   int
	marks   int
	literal bool // nothing but space stands behind a literal
	spoken  bool // anything but space and comments was seen
}

func (c *conditionCheck) empty() bool { return !c.spoken }

// token looks at one token, and at the text on both sides of it.
func (c *conditionCheck) token(token, before, after string) error {
	if strings.Trim(token, " \t\r\n\f\v") == "" {
		return nil
	}
	if strings.HasPrefix(token, "--") || strings.HasPrefix(token, "/*") {
		return checkComment(token)
	}
	c.spoken = true
	if isLiteral(token) {
		return c.checkLiteral(token)
	}
	c.literal = false
	if err := c.foreign(token); err != nil {
		return err
	}
	if token == "?" && (inWord(before[max(0, len(before)-1):]) || inWord(after)) {
		return errors.New("a ? stands right beside a letter, a digit, a _ or a $: write a space between them")
	}
	return c.punctuation(token)
}

// inWord tells whether text starts with a byte of names and numbers. With one
// behind it a mark is another argument: SQLite reads ?1 as the statement's
// first, and PostgreSQL reads $2 and the 1 as $21. With one before it PostgreSQL
// reads a name such as a$2.
func inWord(text string) bool {
	if text == "" {
		return false
	}
	c := text[0]
	return c == '_' || c == '$' || c >= utf8.RuneSelf || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

func (c *conditionCheck) punctuation(token string) error {
	switch token {
	case "(":
		c.depth++
	case ")":
		if c.depth--; c.depth < 0 {
			return errors.New("a parenthesis is closed that was not opened")
		}
	case ";":
		return errors.New("it holds a ;")
	case "?":
		c.marks++
	}
	return nil
}

// foreign refuses what only one of the databases, or neither, reads as the
// lexer does.
func (c *conditionCheck) foreign(token string) error {
	switch {
	case token[0] == '`':
		return errors.New("it holds a `: quote names with \"")
	case token == "$" || '0' <= token[0] && token[0] <= '9' && strings.Contains(token, "$"):
		return errors.New("it holds a $ of its own: mark arguments with ?")
	case c.dialect != dialect.SQLite:
		return nil
	case strings.Contains("[$:@#", token[:1]):
		return fmt.Errorf("it holds a %c, which SQLite reads as a name or an argument of its own", token[0])
	case token == "??":
		return errors.New("it holds ??, and SQLite knows no operator with a question mark")
	}
	return nil
}

// checkLiteral refuses a second literal right behind one, which PostgreSQL may
// read as its continuation, and the forms that SQLite does not know.
func (c *conditionCheck) checkLiteral(token string) error {
	if c.literal {
		return errors.New("it holds two literals with nothing between them")
	}
	if c.dialect == dialect.SQLite && token[0] != '\'' {
		return fmt.Errorf("it holds a literal that starts with %s, which SQLite does not know", opening(token))
	}
	c.literal = true
	return nil
}

func isLiteral(token string) bool {
	switch token[0] {
	case '\'':
		return true
	case 'E', 'e':
		return len(token) > 1 && token[1] == '\''
	}
	return token[0] == '$' && len(token) > 1
}

// checkComment refuses comments that end at one place in PostgreSQL and at
// another in SQLite or in the lexer.
func checkComment(token string) error {
	if strings.HasPrefix(token, "--") && strings.Contains(token, "\r") {
		return errors.New("a comment holds a carriage return")
	}
	if strings.HasPrefix(token, "/*") && strings.Contains(token[2:], "/*") {
		return errors.New("a comment holds another")
	}
	return nil
}

// doubled is the length of a ?? that text starts with.
func doubled(text string) int {
	if strings.HasPrefix(text, "??") {
		return 2
	}
	return 0
}

// opening is how a token that is not closed started, and no more of it.
func opening(token string) string {
	if strings.HasPrefix(token, "/*") || strings.HasPrefix(token, "--") {
		return "the comment " + token[:2]
	}
	return "the quote " + token[:1]
}
