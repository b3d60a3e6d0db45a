extern alias tokens;

namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

using Program = tokens::Program;

using System.Net.Http.Json;
using Intilery.AspNetCore.Testing;
using Microsoft.AspNetCore.Mvc.Testing;
using Xunit;

public sealed class SignUpTests : IDisposable
{
    private readonly string _database = Path.GetTempFileName();

    [Fact]
    public async Task A_registration_is_a_sign_up()
    {
        await using var factory = new WebApplicationFactory<Program>()
            .WithWebHostBuilder(host => host.UseSetting("ConnectionStrings:Default", $"Data Source={_database};Pooling=False"))
            .WithIntileryRecorder();
        using var client = factory.CreateClient();

        await client.PostAsJsonAsync("/register", new { email = "a@example.com", password = "Pa55word!" });

        var recorder = factory.GetIntileryRecorder();
        var userId = recorder.AssertSingle("Signed Up").UserId!;
        recorder.AssertSequence(userId, "identify", "Signed Up");
        recorder.AssertNone("Signed In");
        recorder.AssertConformsToSpecification();
    }

    public void Dispose() => File.Delete(_database);
}

public sealed class ReadmeSignUpTests : IDisposable
{
    private readonly string _database = Path.GetTempFileName();

    [Fact]
    public async Task A_registration_is_a_sign_up()
    {
        await using var factory = new WebApplicationFactory<Program>()
            .WithWebHostBuilder(host => host.UseSetting("ConnectionStrings:Default", $"Data Source={_database};Pooling=False"));

        await using var recorded = factory.WithIntileryRecorder();
        await recorded.CreateClient().PostAsJsonAsync("/register", new { email = "a@example.com", password = "Pa55word!" });
        recorded.GetIntileryRecorder().AssertSingle("Signed Up");
    }

    public void Dispose() => File.Delete(_database);
}
