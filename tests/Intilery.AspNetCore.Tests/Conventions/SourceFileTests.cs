using System.Text.RegularExpressions;

namespace Intilery.AspNetCore.Tests.Conventions;

public sealed partial class SourceFileTests
{
    // Extension methods live where their users need no using.
    private static readonly string[] _inForeignNamespaces =
    [
        "IntileryApplicationBuilderExtensions.cs", "IntileryDbContextExtensions.cs", "IntileryEndpointConventionBuilderExtensions.cs", "IntileryEndpointRouteBuilderExtensions.cs",
        "IntileryHealthChecksBuilderExtensions.cs", "IntileryHostExtensions.cs", "IntileryModelBuilderExtensions.cs",
        "IntileryServiceCollectionExtensions.cs",
    ];

    [Fact]
    public void A_namespace_is_its_folder() => Assert.Empty(
        from path in Product.SourceFiles()
        let folder = Path.GetDirectoryName(path)!.Replace('\\', '.').Replace('/', '.')
        let expected = folder.Length == 0 ? Product.Root : $"{Product.Root}.{folder}"
        let actual = NamespaceDeclaration().Match(Text(path)).Groups["name"].Value
        where actual != expected && !_inForeignNamespaces.Contains(path)
        select $"{path} is in {actual}");

    private static string Text(string path) => File.ReadAllText(Path.Combine(Product.SourceFolder, path));

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex NamespaceDeclaration();
}
