package queryset

import (
	"errors"
	"fmt"
	"strings"

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
	for rest := text; rest != "" && err == nil; {
		token := rest[:max(dialect.Skip(rest), doubled(rest))]
		if !dialect.Closed(rest) {
			return 0, fmt.Errorf("%s is not closed", opening(token))
		}
		err = c.token(token, rest[len(token):])
		rest = rest[len(token):]
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

// token looks at one token; after is the text behind it.
func (c *conditionCheck) token(token, after string) error {
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
	return c.punctuation(token)
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
