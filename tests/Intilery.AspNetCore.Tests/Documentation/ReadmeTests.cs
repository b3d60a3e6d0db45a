
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Documentation;

public sealed class ReadmeTests
{
    private static readonly string _readme = Repository.ReadAllText("README.md");

    [Fact]
    public void The_program_in_the_README_is_the_samples_own_file() =>
        Assert.Contains($"```csharp\n{Repository.ReadAllText("samples/Quickstart/Program.cs").TrimEnd()}\n```", _readme, StringComparison.Ordinal);

    [Theory]
    [InlineData("MappingSnippet")]
    [InlineData("TrialTestSnippet")]
    public void The_statements_in_the_README_compile(string snippetIn)
    {
        var lines = Repository.ReadAllText($"tests/Intilery.AspNetCore.Tests/Documentation/{snippetIn}.cs").Split('\n');
        var snippet = lines.SkipWhile(line => !line.Contains("// README", StringComparison.Ordinal)).Skip(1).TakeWhile(line => line.Trim().Length > 1);

        Assert.Contains($"```csharp\n{string.Join('\n', snippet.Select(line => line[8..]))}\n```", _readme, StringComparison.Ordinal);
    }

    [Fact]
    public void The_classes_in_the_README_are_compiled_here() => Assert.All(
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests/Intilery.AspNetCore.Tests/Documentation/Snippets"), "*.cs"),
        path => Assert.Contains(
            $"```csharp\n{File.ReadAllText(path).Split("// README: from here\n")[1].TrimEnd()}\n```", _readme, StringComparison.Ordinal));

    [Fact]
    public void A_reader_can_run_it_by_line_25() =>
        Assert.Contains("dotnet run --project samples/Quickstart", _readme.Split('\n').Take(25));

    [Fact]
    public void Every_reason_is_in_the_README() => Assert.All(
        typeof(Reasons).GetFields().Select(field => (string)field.GetRawConstantValue()!),
        reason => Assert.Contains($"`{reason}`", _readme, StringComparison.Ordinal));
}
