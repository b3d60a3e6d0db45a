using System.Text.RegularExpressions;
using Intilery.AspNetCore.Tests.Documentation;

namespace Intilery.AspNetCore.Tests.Conventions;

/// <summary>What users read (messages, log lines, pages, documentation) is plain technical English: present tense, the subject named.</summary>
public sealed partial class EnglishTests
{
    [Fact]
    public void Messages_and_log_lines_name_their_subject() => Assert.Empty(
        from path in Product.SourceFiles()
        from literal in Literals().Matches(Comments().Replace(File.ReadAllText(Path.Combine(Product.SourceFolder, path)), string.Empty))
        where literal.Value.Contains(' ', StringComparison.Ordinal) && Phrases().IsMatch(literal.Value)
        select $"{path}: {literal.Value}");

    [Fact]
    public void Comments_name_their_subject() => Assert.Empty(
        from path in Product.SourceFiles()
        from Match comment in Comments().Matches(File.ReadAllText(Path.Combine(Product.SourceFolder, path)))
        where CommentPhrases().IsMatch(comment.Value)
        select $"{path}: {comment.Value.Trim()}");

    [Fact]
    public void The_documentation_names_its_subject() => Assert.Empty(
        from document in Document.All
        from sentence in document.Sentences
        where Phrases().IsMatch(sentence)
        select $"{document.Path}: {sentence}");

    [GeneratedRegex("""^\s*//.*$""", RegexOptions.Multiline)]
    private static partial Regex Comments();

    [GeneratedRegex("\"(?:[^\"\\\\\n]|\\\\.)*\"")]
    private static partial Regex Literals();

    // Files, rows and types have and show things; they do not speak, and a person who is meant has a name: user, operator, application.
    [GeneratedRegex(@"\b(whoever|told|tells?|newcomers?|says?|said|hears?|nobody|somebody|anybody|for people)\b")]
    private static partial Regex CommentPhrases();

    // "There is no such account" is plain, "the value is no date" is not.
    [GeneratedRegex(@"\b(whoever|told|newcomers?|neighbours|said|says|armed|nobody (reads|knows|answered))\b|(?<![Tt]here )\bis no (?!longer)")]
    private static partial Regex Phrases();
}
