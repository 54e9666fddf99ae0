package oracle

// has tells whether a path leads from t to the attachment.
func (t *Table) has(a Attachment) bool {
	return t != nil && (t.Own[a] != "" || t.Parent.has(a))
}

// kind is the type of the column that holds the attachment, nearest first.
func (t *Table) kind(a Attachment) Kind {
	if column := t.Own[a]; column != "" {
		return t.Kinds[column]
	}
	return t.Parent.kind(a)
}

// Level is the narrowest attachment with a path, 0 for none.
func (t *Table) Level() Attachment {
	for a := Build; a >= Project; a-- {
		if t.has(a) {
			return a
		}
	}
	return 0
}

// Attached is the row's attachment: its own column, else its parent's. A row
// whose parent is NULL or not there has none.
func (w *World) Attached(t *Table, row Row, a Attachment) Value {
	if column := t.Own[a]; column != "" {
		return row[column]
	}
	if parent := w.parent(t, row); parent != nil {
		return w.Attached(t.Parent, parent, a)
	}
	return Value{}
}

func (w *World) parent(t *Table, row Row) Row {
	if t.Parent == nil {
		return nil
	}
	if i := w.Index(t.Parent, row[t.ParentColumn]); i >= 0 {
		return w.Rows[t.Parent][i]
	}
	return nil
}
