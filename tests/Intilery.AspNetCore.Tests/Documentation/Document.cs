using System.Text.RegularExpressions;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Documentation;

/// <summary>A Markdown file of the repository that users read.</summary>
internal sealed partial class Document
{
    public static readonly Document Readme = new("README.md");

    private Document(string path)
    {
        Path = path;
        Text = Repository.ReadAllText(path);
        Lines = Text.TrimEnd().Split('\n');
        Blocks = [.. BlockPattern().Matches(Text).Select(block => (block.Groups[2].Value, Dedent(block.Groups[3].Value, block.Groups[1].Value)))];
        Tables = [.. TablesOf(Lines)];
        Anchors = [.. Prose.Split('\n').Where(line => line.StartsWith('#')).Select(AnchorOf)];
    }

    /// <summary>Gets all of them: the front page, each page of the documentation, and the front pages of the packages.</summary>
    public static IReadOnlyList<Document> All { get; } =
    [
        Readme,
        new("src/Intilery.AspNetCore/README.md"),
        new("src/Intilery.AspNetCore.Testing/README.md"),
        .. Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, "src/docs"), "*.md")
            .Select(path => new Document(System.IO.Path.GetRelativePath(Repository.Root, path)))
            .OrderBy(document => document.Path, StringComparer.Ordinal),
    ];

    public static IEnumerable<Document> Pages => All.Where(document => document.Path.StartsWith("src/docs/", StringComparison.Ordinal));

    public string Path { get; }

    public string Text { get; }

    public IReadOnlyList<string> Lines { get; }

    /// <summary>Gets the blocks of code, with their language.</summary>
    public IReadOnlyList<(string Language, string Code)> Blocks { get; }

    /// <summary>Gets the tables, each as its rows of cells, the heading first.</summary>
    public IReadOnlyList<IReadOnlyList<string[]>> Tables { get; }

    public IReadOnlyList<string> Anchors { get; }

    /// <summary>Gets the text without its blocks of code.</summary>
    public string Prose => BlockPattern().Replace(Text, string.Empty);

    public IEnumerable<string> Links => LinkPattern().Matches(Prose).Select(link => link.Groups[1].Value);

    /// <summary>Gets the sentences: of paragraphs, list items and table cells, with the code in them as one word each.</summary>
    public IEnumerable<string> Sentences
    {
        get
        {
            var text = LinkTextPattern().Replace(InlineCodePattern().Replace(Prose, "code"), "$1");
            return Units(text).SelectMany(unit => SentenceEnd().Split(unit)).Select(sentence => sentence.Trim()).Where(sentence => sentence.Length > 0);
        }
    }

    public static Document Page(string name) => All.Single(document => document.Path == $"src/docs/{name}.md");

    public override string ToString() => Path;

    /// <summary>Returns the rows of the tables whose first heading is given, without the heading.</summary>
    public IEnumerable<string[]> RowsOf(string heading) => Tables.Where(table => table[0][0] == heading).SelectMany(table => table.Skip(1));

    /// <summary>Returns what a cell shows as code.</summary>
    public static IEnumerable<string> CodeIn(string cell) => InlineCodePattern().Matches(cell).Select(code => code.Value.Trim('`'));

    private static IEnumerable<string> Units(string text)
    {
        var paragraph = new List<string>();
        foreach (var raw in text.Split('\n').Append(string.Empty))
        {
            var line = raw.TrimStart(' ', '>');
            var isItem = ItemPattern().IsMatch(line);
            if (line.Length == 0 || isItem || line[0] is '|' or '#')
            {
                yield return string.Join(' ', paragraph);
                paragraph.Clear();
            }

            if (line.StartsWith('|'))
            {
                foreach (var cell in line.Split('|'))
                {
                    yield return cell;
                }
            }
            else
            {
                paragraph.Add(line.TrimStart('#', '*', ' '));
            }
        }
    }

    private static IEnumerable<IReadOnlyList<string[]>> TablesOf(IReadOnlyList<string> lines)
    {
        var rows = new List<string[]>();
        foreach (var line in lines.Append(string.Empty).Select(line => line.Trim()))
        {
            if (!line.StartsWith('|'))
            {
                if (rows.Count > 0)
                {
                    yield return rows;
                    rows = [];
                }
            }
            else if (!line.StartsWith("|---", StringComparison.Ordinal))
            {
                rows.Add([.. line.Trim('|').Split('|').Select(cell => cell.Trim())]);
            }
        }
    }

    // As GitHub makes it of a heading.
    private static string AnchorOf(string heading) =>
        NotInAnchors().Replace(heading.TrimStart('#', ' ').ToLowerInvariant(), string.Empty).Replace(' ', '-');

    private static string Dedent(string code, string indent) =>
        string.Join('\n', code.TrimEnd().Split('\n').Select(line => line.StartsWith(indent, StringComparison.Ordinal) ? line[indent.Length..] : line));

    [GeneratedRegex(@"^( *)```(\w*)\n(.*?)^\1```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex BlockPattern();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex LinkPattern();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]+\)")]
    private static partial Regex LinkTextPattern();

    [GeneratedRegex("`[^`]+`")]
    private static partial Regex InlineCodePattern();

    [GeneratedRegex(@"^(\*|-|\d+\.) ")]
    private static partial Regex ItemPattern();

    [GeneratedRegex(@"(?<=[.!?])\**\s+")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
