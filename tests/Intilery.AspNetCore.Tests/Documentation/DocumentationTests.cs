using System.Text;
using System.Text.RegularExpressions;
using Intilery.AspNetCore.Testing;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Documentation;

/// <summary>The README and the pages of the documentation, as somebody reads and copies them who knows nothing of the package.</summary>
public sealed partial class DocumentationTests
{
    // What is compiled: with the tests, or as a sample.
    private static readonly Dictionary<string, string[]> _sources = Files("tests/Intilery.AspNetCore.Tests/Documentation/Snippets").Concat(Files("samples"))
        .ToDictionary(path => path, path => File.ReadAllText(path).Split('\n'));

    private static readonly Dictionary<string, string?> _captureOnly = new() { ["CaptureOnly"] = "true" };

    public static TheoryData<string> Paths => [.. Document.All.Select(document => document.Path)];

    public static TheoryData<string> PagePaths => [.. Document.Pages.Select(document => document.Path)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void All_code_in_it_is_compiled(string path) => Assert.All(
        Document.All.Single(document => document.Path == path).Blocks.Where(block => block.Language == "csharp"),
        block => Assert.True(_sources.Values.Any(source => Holds(source, block.Code.Split('\n'))), $"Nothing that is compiled holds this code:\n{block.Code}"));

    [Fact]
    public void Every_snippet_that_is_compiled_for_it_is_shown() => Assert.All(
        _sources.Where(source => source.Key.Contains("/Snippets/", StringComparison.Ordinal)),
        source => Assert.Contains(
            Document.All.SelectMany(document => document.Blocks), block => block.Language == "csharp" && Holds(source.Value, block.Code.Split('\n'))));

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_setting_in_it_is_read(string path) => Assert.All(
        Document.All.Single(document => document.Path == path).Blocks.Where(block => block.Language == "json"),
        block =>
        {
            using var json = new MemoryStream(Encoding.UTF8.GetBytes(block.Code));
            using var host = WorkerHost.Create("Production", _captureOnly, configuration => configuration.AddJsonStream(json), services => services.AddDataProtection());

            Assert.Empty(host.Options.UnknownKeys);
        });

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_link_leads_somewhere(string path)
    {
        var document = Document.All.Single(it => it.Path == path);
        Assert.All(document.Links.Where(link => !link.StartsWith("https:", StringComparison.Ordinal)), link =>
        {
            var (file, anchor) = link.Split('#') is [var one, var two] ? (one, two) : (link, null);
            var folder = Path.GetDirectoryName(path)!;
            var target = file.Length == 0 ? path : Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, folder, file)));
            if (target.EndsWith(".png", StringComparison.Ordinal))
            {
                Assert.True(File.Exists(Path.Combine(Repository.Root, target)), target);
                return;
            }

            var found = Document.All.SingleOrDefault(it => it.Path == target);
            Assert.NotNull(found);
            Assert.True(anchor is null || found.Anchors.Contains(anchor), $"{target} has no heading #{anchor}.");
        });
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void No_sentence_has_more_than_30_words(string path) => Assert.All(
        Document.All.Single(document => document.Path == path).Sentences,
        sentence => Assert.True(sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries).Count(word => word.Any(char.IsLetterOrDigit)) <= 30, sentence));

    [Theory]
    [MemberData(nameof(Paths))]
    public void It_shows_the_namespaces_that_its_code_needs(string path)
    {
        var document = Document.All.Single(it => it.Path == path);
        var words = document.Blocks.Where(block => block.Language == "csharp")
            .SelectMany(block => WordPattern().Matches(NotCodePattern().Replace(block.Code, string.Empty)).Select(word => word.Value))
            .ToHashSet();
        var needed = typeof(IntileryOptions).Assembly.GetExportedTypes().Concat(typeof(IntileryRecorder).Assembly.GetExportedTypes())
            .Where(type => type.Namespace!.StartsWith("Intilery.", StringComparison.Ordinal))
            .Where(type => words.Contains(type.Name) || (type.IsSubclassOf(typeof(Attribute)) && words.Contains(type.Name[..^"Attribute".Length])))
            .Select(type => $"using {type.Namespace};")
            .Distinct();

        Assert.All(needed, line => Assert.Contains(line, document.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void The_README_is_short_and_its_first_screen_warns_that_events_must_be_approved()
    {
        Assert.True(Document.Readme.Lines.Count <= 250, $"{Document.Readme.Lines.Count} lines");
        Assert.Contains(Document.Readme.Lines.Take(20), line => line.Contains("drops events until you approve them", StringComparison.Ordinal));
    }

    [Fact]
    public void Its_readers_can_install_and_write_the_one_line_by_line_30()
    {
        Assert.Contains("dotnet add package Intilery.AspNetCore", Document.Readme.Lines.Take(30));
        Assert.Contains(Document.Readme.Lines.Take(30), line => line.StartsWith("app.UseIntileryLifecycleTracking();", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(PagePaths))]
    public void A_page_is_short_and_shows_code_within_ten_lines(string path)
    {
        var page = Document.All.Single(document => document.Path == path);
        Assert.True(page.Lines.Count < 200, $"{page.Lines.Count} lines");
        Assert.Contains(page.Lines.Take(10), line => line.StartsWith("```", StringComparison.Ordinal));
    }

    [Fact]
    public void The_README_lists_every_page() => Assert.Empty(
        Document.Pages.Select(page => page.Path).Except(Document.Readme.Links.Select(link => link.Split('#')[0])));

    [Fact]
    public void Every_project_that_they_run_exists() => Assert.All(
        Document.All.SelectMany(document => document.Blocks).Where(block => block.Language == "sh").SelectMany(block => ProjectPattern().Matches(block.Code)),
        project => Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(Repository.Root, project.Groups[1].Value), "*.csproj")));

    [Fact]
    public void Options_can_be_set_as_any_options_of_NET()
    {
        using var host = WorkerHost.Create("Production", _captureOnly, services: services => services.Configure<IntileryOptions>(options => options.Delivery.MaxBacklogAge = TimeSpan.FromMinutes(5)));

        Assert.Equal(TimeSpan.FromMinutes(5), host.Options.Delivery.MaxBacklogAge);
    }

    // Line by line, at one depth of indentation.
    private static bool Holds(string[] source, string[] code) =>
        Enumerable.Range(0, Math.Max(0, source.Length - code.Length + 1)).Any(start =>
        {
            var indent = source[start].Length - source[start].TrimStart().Length - (code[0].Length - code[0].TrimStart().Length);
            return indent >= 0 && code.Select((line, index) => line.Length == 0 ? string.Empty : new string(' ', indent) + line)
                .SequenceEqual(source[start..(start + code.Length)]);
        });

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));

    [GeneratedRegex(@"\w+")]
    private static partial Regex WordPattern();

    [GeneratedRegex("\"[^\"]*\"|//[^\n]*")]
    private static partial Regex NotCodePattern();

    [GeneratedRegex(@"--project (\S+)")]
    private static partial Regex ProjectPattern();
}
