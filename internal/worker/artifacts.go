package worker

import (
	"io/fs"
	"os"
	"path"
	"strings"
)

// artifacts counts files by kind.
type artifacts struct{ pages, pdf, epub, zip int }

// findArtifacts looks at what the commands left in the output folder
// (BUILDKEY_OUTPUT), following no links. What cannot be read does not count.
func findArtifacts(output string) artifacts {
	var found artifacts
	_ = fs.WalkDir(os.DirFS(output), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			found.add(name)
		}
		return nil
	})
	return found
}

func (a *artifacts) add(name string) {
	switch strings.ToLower(path.Ext(name)) {
	case ".html", ".htm":
		a.pages++
	case ".pdf":
		a.pdf++
	case ".epub":
		a.epub++
	case ".zip":
		a.zip++
	}
}

// result is the PATCH of the version.
func (a artifacts) result(docType string, commands int) fields {
	return fields{
		"built": true, "documentation_type": docType,
		"has_pdf": a.pdf > 0, "has_epub": a.epub > 0, "has_htmlzip": a.zip > 0,
		"build_data": fields{"commands": commands, "pages": a.pages},
	}
}
