package worker

import (
	"io/fs"
	"os"
	"path"
	"strings"
)

// artefacts counts files by kind.
type artefacts struct{ pages, pdf, epub, zip int }

// findArtefacts looks at what the commands left in the output folder
// (BUILDKEY_OUTPUT), following no links. What cannot be read does not count.
func findArtefacts(output string) artefacts {
	var found artefacts
	_ = fs.WalkDir(os.DirFS(output), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			found.add(name)
		}
		return nil
	})
	return found
}

func (a *artefacts) add(name string) {
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
func (a artefacts) result(docType string, commands int) fields {
	return fields{
		"built": true, "documentation_type": docType,
		"has_pdf": a.pdf > 0, "has_epub": a.epub > 0, "has_htmlzip": a.zip > 0,
		"build_data": fields{"commands": commands, "pages": a.pages},
	}
}
