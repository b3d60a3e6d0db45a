using System.IO.Compression;
using System.Xml.Linq;
using Intilery.AspNetCore.PackageTests.Support;

namespace Intilery.AspNetCore.PackageTests;

/// <summary>The package for tests, as a team's test project takes it from a feed.</summary>
public sealed class TestingPackageTests(BuiltApplications applications)
{
    [Fact]
    public async Task A_test_of_a_fresh_application_finds_the_events_of_a_registration()
    {
        var folder = applications.FolderOf(ApplicationSources.Recorded);
        File.Copy(Path.Combine(applications.FolderOf(ApplicationSources.Template), "app.db"), Path.Combine(folder, "app.db"));

        Assert.Contains("It holds.", await Dotnet.RunAsync(folder, applications.AssemblyOf(ApplicationSources.Recorded)), StringComparison.Ordinal);
    }

    [Fact]
    public void It_depends_on_the_package_and_the_framework_s_own_test_host_and_no_more() => Assert.Equal(
        [$"Intilery.AspNetCore {BuiltApplications.Version}", "Microsoft.AspNetCore.Mvc.Testing 10.0.0"],
        XDocument.Load(Open("Intilery.AspNetCore.Testing.nuspec")).Descendants()
            .Where(element => element.Name.LocalName == "dependency")
            .Select(element => $"{(string?)element.Attribute("id")} {(string?)element.Attribute("version")}"));

    [Fact]
    public void It_holds_the_library_its_documentation_and_its_readme() =>
        Assert.All(["lib/net10.0/Intilery.AspNetCore.Testing.dll", "lib/net10.0/Intilery.AspNetCore.Testing.xml", "README.md", "icon.png"], name => Open(name).Dispose());

    private MemoryStream Open(string name)
    {
        using var zip = ZipFile.OpenRead(applications.PathOf(BuiltApplications.TestingPackageId));
        using var entry = zip.GetEntry(name)!.Open();
        var content = new MemoryStream();
        entry.CopyTo(content);
        content.Position = 0;
        return content;
    }
}
