using Intilery.AspNetCore.Outbox.EntityFramework;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using static Intilery.AspNetCore.Tests.Outbox.EntityFramework.Saves;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

/// <summary>Whether two contexts save into one database, however each of them names it.</summary>
public sealed class DatabasePlaceTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private string File => _folder.Combine("app.db");

    private string Relative => Path.GetRelativePath(Environment.CurrentDirectory, File);

    [Fact]
    public async Task An_intent_is_in_the_save_s_transaction_where_the_connection_string_names_the_file_by_a_relative_path()
    {
        using var database = TestDatabase.Sqlite(Relative);
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(database);
        var user = NewUser("a");

        await app.RequestAsync<OutboxDb>(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Users.Add(user);
            await db.SaveChangesAsync();
            Assert.Equal(1, CountIntents(db.Database.GetDbConnection(), transaction.GetDbTransaction()));
            await transaction.CommitAsync();
        });

        Assert.Equal([user.Id], await app.SignUpsAsync());
    }

    [Fact]
    public async Task Names_of_one_file_are_one_database_and_another_file_is_another()
    {
        await using var open = Context($"Data Source={Relative}");
        await open.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var place = DatabasePlace.Of(open);
        await using var closed = Context($"Data Source={Relative}");
        await using var whole = Context($"Data Source={File};Default Timeout=3");
        await using var other = Context($"Data Source={_folder.Combine("other.db")}");

        Assert.True(place.Is(DatabasePlace.Of(closed)));
        Assert.True(place.Is(DatabasePlace.Of(whole)));
        Assert.False(place.Is(DatabasePlace.Of(other)));
    }

    [Fact]
    public async Task A_file_behind_a_link_is_the_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        Directory.CreateDirectory(_folder.Combine("real"));
        Directory.CreateSymbolicLink(_folder.Combine("link"), _folder.Combine("real"));
        await using var open = Context($"Data Source={_folder.Combine("link/app.db")}");
        await open.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var real = Context($"Data Source={_folder.Combine("real/app.db")}");

        Assert.True(DatabasePlace.Of(open).Is(DatabasePlace.Of(real)));
    }

    public void Dispose() => _folder.Dispose();

    private static OutboxDb Context(string connectionString) => new(new DbContextOptionsBuilder<OutboxDb>().UseSqlite(connectionString + ";Pooling=False").Options);
}
