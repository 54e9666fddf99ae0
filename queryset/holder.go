package queryset

import "github.com/buildkey/buildkey/apikey"

// holder is on whose behalf a Query looks at rows. The zero holder is nobody.
type holder struct {
	kind   holderKind
	key    *apikey.Key // byKey; shared, and never written
	reason string      // byEverything, byUnscoped
}

type holderKind uint8

const (
	byNobody holderKind = iota
	byKey
	byEverything
	byUnscoped
	byAnyone // without a key: reads public rows
)

// trusted tells whether every row and column is open.
func (h *holder) trusted() bool { return h.kind == byEverything || h.kind == byUnscoped }

// String is for Explain: never more of a key than its level and id.
func (h *holder) String() string {
	switch h.kind {
	case byKey:
		return h.key.Level().String() + " key " + h.key.ID.String()
	case byEverything:
		return "everything: " + h.reason
	case byUnscoped:
		return "unscoped: " + h.reason
	}
	return "anyone"
}
