namespace Intilery.AspNetCore.PackageTests.Support;

/// <summary>The applications that reference the package: each is the smallest one that makes its point.</summary>
public static class ApplicationSources
{
    public const string Template = "TemplateApp";
    public const string Blazor = "BlazorApp";
    public const string VisualBasic = "VisualBasicApp";
    public const string FSharp = "FSharpApp";
    public const string Library = "SharedLibrary";
    public const string Chained = "ChainedApp";
    public const string OptedOut = "OptedOutApp";
    public const string Pinned = "PinnedApp";
    public const string OpenApi = "OpenApiApp";

    public const string OnNet11 = "Net11App";

    public const string Recorded = "RecordedApp";

    /// <summary>Gets the versions of SQLite's bundle that an application may pin: the package's floor, and those above it.</summary>
    public static IReadOnlyList<string> SqliteVersions { get; } = ["2.1.12", "2.1.13", "3.0.3", "3.0.5"];

    private const string TheLine = """
        var app = WebApplication.CreateBuilder(args).Build();
        app.UseIntileryLifecycleTracking();
        app.Run();
        """;

    private const string ThePackage = """<PackageReference Include="Intilery.AspNetCore" Version="$(PackedVersion)" />""";

    public static IReadOnlyDictionary<string, string> Files { get; } = new Dictionary<string, string>(SqliteApplications())
    {
        [$"{VisualBasic}/{VisualBasic}.vbproj"] = Project(
            "Microsoft.NET.Sdk", "<OutputType>Exe</OutputType>", """<FrameworkReference Include="Microsoft.AspNetCore.App" />""" + ThePackage),
        [$"{VisualBasic}/Program.vb"] = """
            Imports Microsoft.AspNetCore.Builder

            Module Program
                Sub Main(args As String())
                    Dim app = WebApplication.CreateBuilder(args).Build()
                    app.UseIntileryLifecycleTracking()
                    app.Run()
                End Sub
            End Module
            """,

        [$"{FSharp}/{FSharp}.fsproj"] = Project("Microsoft.NET.Sdk.Web", "", """<Compile Include="Program.fs" />""" + ThePackage),
        [$"{FSharp}/Program.fs"] = """
            open Microsoft.AspNetCore.Builder

            let app = WebApplication.CreateBuilder([||]).Build()
            app.UseIntileryLifecycleTracking() |> ignore
            app.Run()
            """,

        [$"{Library}/{Library}.csproj"] = Project("Microsoft.NET.Sdk", "", ThePackage),
        [$"{Library}/Nothing.cs"] = "public static class Nothing;",

        [$"{Chained}/{Chained}.csproj"] = Project(
            "Microsoft.NET.Sdk.Web", "", $"""<ProjectReference Include="../{Library}/{Library}.csproj" />"""),
        [$"{Chained}/Program.cs"] = TheLine,

        [$"{OptedOut}/{OptedOut}.csproj"] = Project(
            "Microsoft.NET.Sdk.Web", "<IntileryHostingStartup>false</IntileryHostingStartup>", ThePackage),
        [$"{OptedOut}/Program.cs"] = TheLine,

        [$"{Pinned}/{Pinned}.csproj"] = Project(
            "Microsoft.NET.Sdk.Web",
            "",
            """
            <PackageReference Include="Microsoft.AspNetCore.Identity.EntityFrameworkCore" Version="10.0.0" />
            <PackageReference Include="Microsoft.EntityFrameworkCore" Version="10.0.0" />
            <PackageReference Include="Microsoft.EntityFrameworkCore.Relational" Version="10.0.0" />
            """ + ThePackage),
        [$"{Pinned}/Program.cs"] = TheLine,

        [$"{OpenApi}/{OpenApi}.csproj"] = Project(
            "Microsoft.NET.Sdk.Web",
            "<OpenApiGenerateDocuments>true</OpenApiGenerateDocuments>",
            """
            <PackageReference Include="Microsoft.AspNetCore.OpenApi" Version="10.0.13" />
            <PackageReference Include="Microsoft.Extensions.ApiDescription.Server" Version="10.0.13" PrivateAssets="all" />
            """ + ThePackage),
        [$"{OpenApi}/Program.cs"] = """
            var builder = WebApplication.CreateBuilder(args);
            builder.Services.AddOpenApi();
            var app = builder.Build();
            app.UseIntileryLifecycleTracking();
            app.MapGet("/hello", () => "Hello");
            app.Run();
            """,

        // A team's test of the template's application, without a test framework.
        [$"{Recorded}/{Recorded}.csproj"] = Project(
            "Microsoft.NET.Sdk.Web",
            "",
            $"""
            <PackageReference Include="Intilery.AspNetCore.Testing" Version="$(PackedVersion)" />
            <ProjectReference Include="../{Template}/{Template}.csproj" />
            """),
        [$"{Recorded}/Tests.cs"] = """
            using System.Text.RegularExpressions;
            using Intilery.AspNetCore.Testing;
            using Microsoft.AspNetCore.Mvc.Testing;

            internal static class Tests
            {
                private const string Page = "/Identity/Account/Register";

                private static async Task Main()
                {
                    await using var factory = new WebApplicationFactory<Program>().WithIntileryRecorder();
                    using var client = factory.CreateClient();
                    var token = Regex.Match(await client.GetStringAsync(Page), "__RequestVerificationToken.*?value=\"([^\"]*)\"").Groups[1].Value;
                    using var form = new FormUrlEncodedContent(new Dictionary<string, string>
                    {
                        ["Input.Email"] = "peter@example.com",
                        ["Input.Password"] = "Pa55word!",
                        ["Input.ConfirmPassword"] = "Pa55word!",
                        ["__RequestVerificationToken"] = token,
                    });
                    (await client.PostAsync(Page, form)).EnsureSuccessStatusCode();

                    var recorder = factory.GetIntileryRecorder();
                    var userId = recorder.AssertSingle("Signed Up").UserId!;
                    recorder.AssertSequence(userId, "identify", "Signed Up");
                    recorder.AssertConformsToSpecification();
                    recorder.AssertNone("Signed In");
                    Console.WriteLine("It holds.");
                }
            }
            """,
    };

    /// <summary>Returns the name of the application that pins a version of SQLite's bundle.</summary>
    public static string WithSqlite(string version) => $"Sqlite{version}App";

    /// <summary>Returns a project of an application that pins a version of SQLite's bundle.</summary>
    public static string ProjectWithSqlite(string version) => Project(
        "Microsoft.NET.Sdk.Web", "", $"""<PackageReference Include="SQLitePCLRaw.bundle_e_sqlite3" Version="{version}" />""" + ThePackage);

    /// <summary>Returns a project of an application on an older framework.</summary>
    public static string ProjectOnNet9 => Project("Microsoft.NET.Sdk.Web", "", ThePackage, "net9.0");

    /// <summary>
    /// Gets an application on .NET 11 and EF Core 11 that signs a user up and in, with its events in its own database. It names the
    /// framework's packs itself, which the SDK of .NET 10 does not know, and brings the runtime along.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Net11 { get; } = new Dictionary<string, string>
    {
        [$"{OnNet11}/{OnNet11}.csproj"] = Project(
            "Microsoft.NET.Sdk.Web",
            """
            <NETCoreAppMaximumVersion>11.0</NETCoreAppMaximumVersion>
                <RuntimeIdentifier>linux-x64</RuntimeIdentifier>
                <SelfContained>true</SelfContained>
                <AllowMissingPrunePackageData>true</AllowMissingPrunePackageData>
            """,
            Net11Pack("Microsoft.NETCore.App") + Net11Pack("Microsoft.AspNetCore.App") + """
            <KnownAppHostPack Include="Microsoft.NETCore.App" TargetFramework="net11.0" AppHostPackVersion="11.0.0"
                AppHostPackNamePattern="Microsoft.NETCore.App.Host.**RID**" AppHostRuntimeIdentifiers="linux-x64" />
            <PackageReference Include="Microsoft.AspNetCore.Identity.EntityFrameworkCore" Version="11.0.0" />
            <PackageReference Include="Microsoft.EntityFrameworkCore.Sqlite" Version="11.0.0" />
            """ + ThePackage,
            "net11.0"),
        [$"{OnNet11}/Program.cs"] = """
            using Microsoft.AspNetCore.Identity;
            using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
            using Microsoft.EntityFrameworkCore;

            var builder = WebApplication.CreateBuilder(args);
            builder.Services.AddDbContext<Db>(options => options.UseSqlite("Data Source=app.db"));
            builder.Services.AddIdentityApiEndpoints<IdentityUser>().AddEntityFrameworkStores<Db>();
            builder.Services.AddIntilery().UseEntityFrameworkOutbox<Db>();
            await using var app = builder.Build();
            app.UseIntileryLifecycleTracking();
            app.MapIdentityApi<IdentityUser>();
            await using (var scope = app.Services.CreateAsyncScope())
            {
                await scope.ServiceProvider.GetRequiredService<Db>().Database.EnsureCreatedAsync();
            }

            await app.StartAsync();
            Console.WriteLine($"Runtime={Environment.Version} EF={typeof(DbContext).Assembly.GetName().Version}");
            using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
            var peter = new { email = "peter@example.com", password = "Pa55word!" };
            (await client.PostAsJsonAsync("/register", peter)).EnsureSuccessStatusCode();
            (await client.PostAsJsonAsync("/login?useCookies=true", peter)).EnsureSuccessStatusCode();
            await app.StopAsync();

            internal sealed class Db(DbContextOptions<Db> options) : IdentityDbContext(options)
            {
                protected override void OnModelCreating(ModelBuilder builder)
                {
                    base.OnModelCreating(builder);
                    builder.AddIntileryOutbox();
                }
            }
            """,
    };

    private static string Net11Pack(string framework) => $"""
        <KnownFrameworkReference Include="{framework}" TargetFramework="net11.0" RuntimeFrameworkName="{framework}"
            DefaultRuntimeFrameworkVersion="11.0.0" LatestRuntimeFrameworkVersion="11.0.0"
            TargetingPackName="{framework}.Ref" TargetingPackVersion="11.0.0"
            RuntimePackNamePatterns="{framework}.Runtime.**RID**" RuntimePackRuntimeIdentifiers="linux-x64" />
        """;

    private static Dictionary<string, string> SqliteApplications() => SqliteVersions.SelectMany(version => new Dictionary<string, string>
    {
        [$"{WithSqlite(version)}/{WithSqlite(version)}.csproj"] = ProjectWithSqlite(version),
        [$"{WithSqlite(version)}/Program.cs"] = """
            using Microsoft.Data.Sqlite;

            await using var app = WebApplication.CreateBuilder(args).Build();
            app.UseIntileryLifecycleTracking();
            await app.StartAsync();
            using var connection = new SqliteConnection("Data Source=:memory:");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT sqlite_version()";
            Console.WriteLine($"SQLite={command.ExecuteScalar()}");
            await app.StopAsync();
            """,
    }).ToDictionary();

    private static string Project(string sdk, string properties, string items, string framework = "net10.0") => $"""
        <Project Sdk="{sdk}">
          <PropertyGroup>
            <TargetFramework>{framework}</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            {properties}
          </PropertyGroup>
          <ItemGroup>
            {items}
          </ItemGroup>
        </Project>
        """;
}
