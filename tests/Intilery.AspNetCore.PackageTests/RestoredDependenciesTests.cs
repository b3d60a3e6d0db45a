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

    // Said apart, because a source without an audit database finds nothing vulnerable.
    [Fact]
    public void A_fresh_application_has_at_least_the_floor_of_SQLite()
    {
        var bundle = Assert.Single(Libraries(ApplicationSources.Template), name => name.StartsWith("SQLitePCLRaw.bundle_e_sqlite3/", StringComparison.Ordinal));

        Assert.True(Version.Parse(bundle.Split('/')[1]) >= Version.Parse(ApplicationSources.SqliteVersions[0]), bundle);
    }

    public static TheoryData<string> SqliteVersions => [.. ApplicationSources.SqliteVersions];

    [Theory]
    [MemberData(nameof(SqliteVersions))]
    public async Task An_application_that_pins_SQLite_at_the_floor_or_above_keeps_it_and_runs_without_the_known_vulnerability(string version)
    {
        var application = ApplicationSources.WithSqlite(version);
        var folder = applications.FolderOf(application);

        var (code, output) = await Dotnet.TryRunAsync(
            "dotnet", folder, applications.AssemblyOf(application), "--urls=http://127.0.0.1:0", "--Intilery:ClientId=acme", "--Intilery:AuthToken=token",
            "--Intilery:BaseAddress=http://127.0.0.1:9", $"--Intilery:Outbox:Path={Path.Combine(folder, "outbox")}");

        Assert.Contains($"SQLitePCLRaw.bundle_e_sqlite3/{version}", Libraries(application));
        Assert.True(code == 0, output);
        Assert.Contains("(SQLite, survives the process)", output, StringComparison.Ordinal);

        // CVE-2025-6965.
        var native = output.Split('\n').Single(line => line.StartsWith("SQLite=", StringComparison.Ordinal))["SQLite=".Length..].Trim();
        Assert.True(Version.Parse(native) >= new Version(3, 50, 2), native);
    }

    [Fact]
    public async Task An_application_that_pins_a_vulnerable_SQLite_does_not_restore()
    {
        var (code, output) = await applications.TryRestoreAsync("Sqlite2.1.11App", ApplicationSources.ProjectWithSqlite("2.1.11"));

        Assert.NotEqual(0, code);
        Assert.Contains("error NU1605", output, StringComparison.Ordinal);
        Assert.Contains($"SQLitePCLRaw.bundle_e_sqlite3 (>= {ApplicationSources.SqliteVersions[0]})", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_on_an_older_framework_does_not_restore()
    {
        var (code, output) = await applications.TryRestoreAsync("Net9App", ApplicationSources.ProjectOnNet9);

        Assert.NotEqual(0, code);
        Assert.Contains($"error NU1202: Package Intilery.AspNetCore {BuiltApplications.Version} is not compatible with net9.0", output, StringComparison.Ordinal);
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
