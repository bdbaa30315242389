"""The form in which a condition is put together: a draft of it, what one may do to it, and how it is shown.

`drafts` is the tree as the form holds it, in texts, however unfinished; `fields` writes it into fields of a
form and reads it back; `actions` changes it; `reading` makes a draft of a condition and `making` a condition
of a draft, saying what is wrong and what is only not finished. `ways` are the tests in the words of a person.
`offers` is what there is to choose from; `page` puts it all into controls; `found` counts.
"""
