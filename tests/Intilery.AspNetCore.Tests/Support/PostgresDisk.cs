using System.Diagnostics;
using Npgsql;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A small disk of PostgreSQL's, as a tablespace: tables that are moved to it have no room once it is filled.</summary>
internal sealed class PostgresDisk : IAsyncDisposable
{
    private const int Kibibytes = 4096;

    private readonly ScratchFolder _scratch;
    private readonly Mount _mount;
    private readonly TestDatabase _database;
    private readonly string _name = $"t{Guid.NewGuid():N}";
    private string? _filler;

    private PostgresDisk(ScratchFolder scratch, Mount mount, TestDatabase database)
    {
        _scratch = scratch;
        _mount = mount;
        _database = database;
    }

    /// <summary>Mounts the disk, and makes it known to the server.</summary>
    public static async Task<PostgresDisk> MountAsync(TestDatabase database)
    {
        var scratch = new ScratchFolder();
        var folder = scratch.Combine("disk");
        var disk = new PostgresDisk(scratch, Mount.SmallDisk(folder, Kibibytes), database);

        // The server's own user goes through the one folder to the other.
        await RunAsync("chmod", "711", scratch.Path);
        await RunAsync("chown", "postgres", folder);
        await disk.ExecuteAsync($"CREATE TABLESPACE {disk._name} LOCATION '{folder}'");
        return disk;
    }

    /// <summary>Moves tables to the disk.</summary>
    public async Task TakeAsync(params string[] tables)
    {
        foreach (var table in tables)
        {
            await ExecuteAsync($"ALTER TABLE \"{table}\" SET TABLESPACE {_name}");
        }
    }

    /// <summary>Fills the disk to the last byte.</summary>
    public void Fill() => _filler = _mount.Fill();

    /// <summary>Makes room again.</summary>
    public void Empty() => File.Delete(_filler!);

    public async ValueTask DisposeAsync()
    {
        // The server keeps no word of the disk, whose files it would miss at its next checkpoint.
        await ExecuteAsync("DO $$ BEGIN EXECUTE 'DROP SCHEMA ' || current_schema() || ' CASCADE'; END $$");
        await ExecuteAsync($"DROP TABLESPACE {_name}");
        _mount.Dispose();
        _scratch.Dispose();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Names of this class's own and of tests.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
