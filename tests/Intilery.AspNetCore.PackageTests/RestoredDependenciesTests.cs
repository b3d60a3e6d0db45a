using System.Text.Json;
using Intilery.AspNetCore.PackageTests.Support;

namespace Intilery.AspNetCore.PackageTests;

public sealed class RestoredDependenciesTests(BuiltApplications applications)
{
    [Fact]
    public async Task No_package_of_a_fresh_application_is_known_to_be_vulnerable()
    {
        var (_, output) = await Dotnet.TryRunAsync(
            "dotnet", applications.FolderOf(ApplicationSources.Template), "list", "package", "--vulnerable", "--include-transitive");

        Assert.DoesNotContain("has the following vulnerable packages", output, StringComparison.Ordinal);
    }

    // Said apart, because a source without an audit database finds nothing vulnerable: 2.x carries CVE-2025-6965.
    [Fact]
    public void The_native_SQLite_of_a_fresh_application_is_of_the_third_generation()
    {
        var natives = Libraries(ApplicationSources.Template).Where(name => name.StartsWith("SQLitePCLRaw.", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(natives);
        Assert.All(natives, name => Assert.Equal(3, Version.Parse(name.Split('/')[1]).Major));
    }

    [Fact]
    public void An_application_pinned_to_the_first_patch_keeps_it()
    {
        var libraries = Libraries(ApplicationSources.Pinned);

        Assert.Contains("Microsoft.AspNetCore.Identity.EntityFrameworkCore/10.0.0", libraries);
        Assert.Contains("Microsoft.EntityFrameworkCore/10.0.0", libraries);
        Assert.DoesNotContain("NU1605", applications.BuildOutput, StringComparison.Ordinal);
    }

    [Fact]
    public void The_analyzers_that_the_package_is_built_with_stay_at_home() => Assert.DoesNotContain(
        Libraries(ApplicationSources.Template), name => name.StartsWith("Microsoft.CodeAnalysis.BannedApiAnalyzers", StringComparison.Ordinal));

    private List<string> Libraries(string application)
    {
        using var assets = JsonDocument.Parse(File.ReadAllText(applications.AssetsOf(application)));
        return [.. assets.RootElement.GetProperty("libraries").EnumerateObject().Select(library => library.Name)];
    }
}
