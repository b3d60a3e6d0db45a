using System.IO.Compression;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Intilery.AspNetCore.PackageTests.Support;

namespace Intilery.AspNetCore.PackageTests;

public sealed class PackageContentsTests(BuiltApplications applications)
{
    private readonly string _nuspec = Read(applications.PackagePath, "Intilery.AspNetCore.nuspec");

    [Fact]
    public void It_holds_the_library_its_documentation_the_readme_the_icon_and_both_sets_of_targets_and_no_more()
    {
        string[] expected =
        [
            "ConfigurationSchema.json",
            "README.md",
            "build/net10.0/Intilery.AspNetCore.targets",
            "build/net10.0/IntileryHostingStartup.cs",
            "build/net10.0/IntileryHostingStartup.fs",
            "build/net10.0/IntileryHostingStartup.vb",
            "buildTransitive/net10.0/Intilery.AspNetCore.targets",
            "buildTransitive/net10.0/IntileryHostingStartup.cs",
            "buildTransitive/net10.0/IntileryHostingStartup.fs",
            "buildTransitive/net10.0/IntileryHostingStartup.vb",
            .. Directory.EnumerateFiles(Path.Combine(BuiltApplications.RepositoryRoot(), "src/docs"), "*.md").Select(path => $"docs/{Path.GetFileName(path)}").Order(StringComparer.Ordinal),
            "icon.png",
            "lib/net10.0/Intilery.AspNetCore.dll",
            "lib/net10.0/Intilery.AspNetCore.xml",
        ];
        var content = Entries(applications.PackagePath).Where(name => !IsPackagings(name)).Order(StringComparer.Ordinal);

        Assert.Equal(expected, content);
    }

    [Fact]
    public void Its_licence_is_the_MIT_expression()
    {
        var licence = Element("license");

        Assert.Equal("expression", (string?)licence.Attribute("type"));
        Assert.Equal("MIT", licence.Value);
    }

    [Fact]
    public void Its_readme_is_shown() => Assert.Equal("README.md", Element("readme").Value);

    [Fact]
    public void Its_readme_links_to_nothing_that_only_a_repository_has()
    {
        var readme = Read(applications.PackagePath, "README.md");

        Assert.DoesNotMatch(@"\]\((?!https:)", readme);
        Assert.DoesNotContain("samples/", readme, StringComparison.Ordinal);
        Assert.Contains("drops events until you approve them", readme, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_icon_and_its_release_notes_are_shown()
    {
        Assert.Equal("icon.png", Element("icon").Value);
        Assert.StartsWith("First version.", Element("releaseNotes").Value, StringComparison.Ordinal);
    }

    [Fact]
    public void It_asks_for_the_lowest_patches_that_work() => Assert.Equal(
        ["Microsoft.AspNetCore.Identity.EntityFrameworkCore 10.0.0", "Microsoft.Data.Sqlite.Core 10.0.1", "SQLitePCLRaw.bundle_e_sqlite3 2.1.12"],
        XDocument.Parse(_nuspec).Descendants()
            .Where(element => element.Name.LocalName == "dependency")
            .Select(element => $"{(string?)element.Attribute("id")} {(string?)element.Attribute("version")}"));

    [Fact]
    public void Its_symbols_are_a_package_of_their_own() => Assert.Contains(
        "lib/net10.0/Intilery.AspNetCore.pdb", Entries(Path.ChangeExtension(applications.PackagePath, ".snupkg")));

    [Fact]
    public void Its_documentation_covers_the_one_line() => Assert.Contains(
        "M:Microsoft.AspNetCore.Builder.IntileryApplicationBuilderExtensions.UseIntileryLifecycleTracking(",
        Read(applications.PackagePath, "lib/net10.0/Intilery.AspNetCore.xml"),
        StringComparison.Ordinal);

    [Fact]
    public void Its_documentation_is_of_what_its_users_can_see_and_of_nothing_else()
    {
        using var zip = ZipFile.OpenRead(applications.PackagePath);
        using var library = new MemoryStream();
        using (var entry = zip.GetEntry("lib/net10.0/Intilery.AspNetCore.dll")!.Open())
        {
            entry.CopyTo(library);
        }

        library.Position = 0;
        using var assembly = new PEReader(library);
        var metadata = assembly.GetMetadataReader();
        var visible = metadata.TypeDefinitions.Select(metadata.GetTypeDefinition)
            .Where(type => type.Attributes.HasFlag(TypeAttributes.Public))
            .Select(type => $"T:{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}")
            .ToHashSet(StringComparer.Ordinal);

        var documented = XDocument.Parse(Read(applications.PackagePath, "lib/net10.0/Intilery.AspNetCore.xml")).Descendants("member")
            .Select(member => member.Attribute("name")!.Value).ToList();
        Assert.Empty(documented.Where(name => name.StartsWith("T:", StringComparison.Ordinal)).Except(visible));
        Assert.Contains("T:Intilery.AspNetCore.IntileryOptions", documented);
        Assert.Contains("P:Intilery.AspNetCore.IntileryOptions.ClientId", documented);
        Assert.DoesNotContain("P:Intilery.AspNetCore.IntileryOptions.Destination", documented);
    }

    private static bool IsPackagings(string name) =>
        name.StartsWith("_rels/", StringComparison.Ordinal)
        || name.StartsWith("package/", StringComparison.Ordinal)
        || name is "[Content_Types].xml" or "Intilery.AspNetCore.nuspec";

    private static List<string> Entries(string package)
    {
        using var zip = ZipFile.OpenRead(package);
        return [.. zip.Entries.Select(entry => entry.FullName)];
    }

    private static string Read(string package, string name)
    {
        using var zip = ZipFile.OpenRead(package);
        using var reader = new StreamReader(zip.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }

    private XElement Element(string name) => XDocument.Parse(_nuspec).Descendants().Single(element => element.Name.LocalName == name);
}
