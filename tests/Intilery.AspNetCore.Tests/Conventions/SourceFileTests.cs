using System.Text.RegularExpressions;

namespace Intilery.AspNetCore.Tests.Conventions;

public sealed partial class SourceFileTests
{
    // Extension methods live where their users need no using.
    private static readonly string[] _inForeignNamespaces =
    [
        "IntileryApplicationBuilderExtensions.cs", "IntileryDbContextExtensions.cs", "IntileryEndpointConventionBuilderExtensions.cs",
        "IntileryHealthChecksBuilderExtensions.cs", "IntileryHostExtensions.cs", "IntileryModelBuilderExtensions.cs",
        "IntileryServiceCollectionExtensions.cs",
    ];

    // Of a type in parts, a further part's file says after the type's name what is in it.
    [Fact]
    public void A_file_holds_the_one_type_that_it_is_named_for() => Assert.Empty(
        from path in Product.SourceFiles()
        let types = string.Join(", ", TypeDeclaration().Matches(Text(path)).Select(match => match.Groups["name"].Value))
        where types != Path.GetFileName(path).Split('.')[0]
        select $"{path} holds {types}");

    [Fact]
    public void A_namespace_is_its_folder() => Assert.Empty(
        from path in Product.SourceFiles()
        let folder = Path.GetDirectoryName(path)!.Replace('\\', '.').Replace('/', '.')
        let expected = folder.Length == 0 ? Product.Root : $"{Product.Root}.{folder}"
        let actual = NamespaceDeclaration().Match(Text(path)).Groups["name"].Value
        where actual != expected && !_inForeignNamespaces.Contains(path)
        select $"{path} is in {actual}");

    private static string Text(string path) => File.ReadAllText(Path.Combine(Product.SourceFolder, path));

    // Top-level declarations start a line; nested ones are indented.
    [GeneratedRegex(@"^(?:(?:public|internal|sealed|static|abstract|partial|readonly)\s+)*(?:class|record\s+struct|record|struct|interface|enum|delegate\s+\S+)\s+(?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex NamespaceDeclaration();
}
