package worker

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

const (
	recipeName        = "buildkey.yaml"
	maxRecipe         = 64 << 10 // bytes
	maxCommands       = 100
	maxDepth          = 8
	defaultDocType    = "generic"
	listTreeCommand   = `find . -path ./.git -prune -o -type f -print | sort`
	countLinesCommand = `find . -path ./.git -prune -o -type f -exec cat {} + | wc -l`
)

var docTypeShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)

// recipe is what a project wants done, as its buildkey.yaml says.
type recipe struct {
	Commands          []string `yaml:"commands" json:"commands"`
	DocumentationType string   `yaml:"documentation_type" json:"-"`
	fromFile          bool
}

// readRecipe reads the checkout's buildkey.yaml, following no link out of the
// checkout. Without the file it is the default: list the tree, count its lines.
func readRecipe(checkout string) (recipe, error) {
	text, err := readInside(checkout, recipeName)
	if errors.Is(err, fs.ErrNotExist) {
		return recipe{Commands: []string{listTreeCommand, countLinesCommand}}, nil
	}
	if err != nil {
		return recipe{}, fmt.Errorf("%s: %w", recipeName, err)
	}
	r, err := parseRecipe(text)
	if err != nil {
		return recipe{}, fmt.Errorf("%s: %w", recipeName, err)
	}
	return r, nil
}

func readInside(dir, name string) (string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	info, err := root.Stat(name)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > maxRecipe {
		return "", fmt.Errorf("it is no file of at most %d KiB", maxRecipe>>10)
	}
	text, err := root.ReadFile(name)
	return string(text), err
}

// parseRecipe is strict: an unknown field is an error, not a typo that does
// nothing.
func parseRecipe(text string) (recipe, error) {
	if err := checkPieces(lexer.Tokenize(text)); err != nil {
		return recipe{}, err
	}
	decoder := yaml.NewDecoder(strings.NewReader(text), yaml.DisallowUnknownField())
	r := recipe{fromFile: true}
	if err := decoder.Decode(&r); err != nil && !errors.Is(err, io.EOF) {
		return recipe{}, yamlError(err)
	}
	if decoder.Decode(new(any)) != io.EOF {
		return recipe{}, errors.New("it holds more than one document: keep one")
	}
	return r, r.check()
}

// checkPieces refuses what takes a parser more time or memory than the file's
// size allows for: aliases, a few of which can stand for any amount of text, and
// deep nesting.
func checkPieces(pieces token.Tokens) error {
	depth := 0
	for _, piece := range pieces {
		switch piece.Type {
		case token.AliasType:
			return errors.New("it uses aliases: write the lines out")
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		}
		if depth > maxDepth {
			return fmt.Errorf("it nests brackets deeper than %d: give a plain list", maxDepth)
		}
	}
	return nil
}

// yamlError is err on one line, without the lines of the file.
func yamlError(err error) error {
	return errors.New(strings.TrimSpace(yaml.FormatError(err, false, false)))
}

func (r recipe) check() error {
	switch {
	case len(r.Commands) == 0:
		return errors.New("commands is missing or empty: give a list of shell lines")
	case len(r.Commands) > maxCommands:
		return fmt.Errorf("%d commands are above the maximum %d", len(r.Commands), maxCommands)
	case r.DocumentationType != "" && !docTypeShape.MatchString(r.DocumentationType):
		return fmt.Errorf("documentation_type %q is no type: use letters, digits, dots, dashes and underscores", cleanLine(r.DocumentationType))
	}
	for i, line := range r.Commands {
		if strings.TrimSpace(line) == "" || strings.ContainsRune(line, 0) {
			return fmt.Errorf("command %d is blank or holds a NUL: give a shell line", i+1)
		}
	}
	return nil
}

func (r recipe) docType() string {
	if r.DocumentationType == "" {
		return defaultDocType
	}
	return r.DocumentationType
}
