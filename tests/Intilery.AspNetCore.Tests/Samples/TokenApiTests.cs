extern alias tokens;

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Intilery.AspNetCore.Testing;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Intilery.AspNetCore.Tests.Samples;

/// <summary>The sample's two ways to issue a token, on the two databases that it knows.</summary>
public sealed class TokenApiTests(PostgresCluster postgres) : IDisposable
{
    private readonly TemporaryFile _database = new("tokens.db");

    [Theory]
    [InlineData("/login", "accessToken", false)]
    [InlineData("/token", "access_token", false)]
    [InlineData("/login", "accessToken", true)]
    [InlineData("/token", "access_token", true)]
    public async Task A_registration_and_a_login_are_a_sign_up_and_a_sign_in_and_the_token_works(string login, string member, bool onPostgres)
    {
        await using var app = await StartAsync(onPostgres);
        using var client = app.CreateClient();
        await RegisterAsync(client);

        using var wrong = await PostAsync(client, login, new { email = "peter@example.com", password = "wrong" });
        var token = (string)(await JsonAsync(await PostAsync(client, login, _peter)))[member]!;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var me = await client.GetFromJsonAsync<JsonObject>("/me", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal("peter@example.com", (string?)me!["name"]);
        app.GetIntileryRecorder().AssertSequence((string)me["id"]!, "identify", "Signed Up", "Signed In");
        app.GetIntileryRecorder().AssertConformsToSpecification();
    }

    [Fact]
    public async Task A_refresh_of_Identity_s_token_is_not_a_sign_in()
    {
        await using var app = await StartAsync(onPostgres: false);
        using var client = app.CreateClient();
        await RegisterAsync(client);
        var refreshToken = (string)(await JsonAsync(await PostAsync(client, "/login", _peter)))["refreshToken"]!;

        await JsonAsync(await PostAsync(client, "/refresh", new { refreshToken }));

        app.GetIntileryRecorder().AssertSingle("Signed In");
    }

    [Fact]
    public async Task The_end_of_a_JWT_is_a_sign_out_of_its_user()
    {
        await using var app = await StartAsync(onPostgres: false);
        using var client = app.CreateClient();
        await RegisterAsync(client);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", (string)(await JsonAsync(await PostAsync(client, "/token", _peter)))["access_token"]!);

        using var answer = await PostAsync(client, "/token/revoke", new { });

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        var peter = app.GetIntileryRecorder().AssertSingle("Signed Out");
        app.GetIntileryRecorder().AssertSequence(peter.UserId!, "identify", "Signed Up", "Signed In", "Signed Out");
        Assert.Equal("""{"username":"peter@example.com"}""", peter.Properties.ToString());
    }

    public void Dispose() => _database.Dispose();

    private static readonly object _peter = new { email = "peter@example.com", password = "Pa55word!" };

    private static async Task RegisterAsync(HttpClient client)
    {
        using var answer = await PostAsync(client, "/register", _peter);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, object body) =>
        client.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);

    private static async Task<JsonObject> JsonAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return (await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
        }
    }

    private async Task<WebApplicationFactory<tokens::Program>> StartAsync(bool onPostgres)
    {
        var connection = onPostgres ? await postgres.NewDatabaseAsync() : $"Data Source={_database.Path};Pooling=False";
        await using var factory = new WebApplicationFactory<tokens::Program>();
        return factory.WithWebHostBuilder(host => host.UseSetting("ConnectionStrings:Default", connection)).WithIntileryRecorder();
    }
}
