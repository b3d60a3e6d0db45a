using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>A sample as somebody runs it who has just cloned the repository: in Development, without an account, with a database of its own.</summary>
/// <typeparam name="TEntryPoint">A type of the sample's assembly.</typeparam>
public sealed class SampleSite<TEntryPoint> : WebApplicationFactory<TEntryPoint>
    where TEntryPoint : class
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("intilery-test-");
    private readonly string _connection;

    /// <param name="connection">The name of the sample's connection string.</param>
    public SampleSite(string connection)
    {
        _connection = connection;
        UseKestrel(0);
        StartServer();
        Address = Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public string Address { get; }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseSetting($"ConnectionStrings:{_connection}", $"Data Source={Path.Combine(_folder.FullName, "sample.db")};Pooling=False");
        builder.ConfigureLogging(logging => logging.ClearProviders());
    }
}
