"""The same on a cluster, with the engines themselves: several partitions, bad rows and nulls."""

import pickle

import polars as pl
import pyarrow as pa
import pytest

import ndr
from conftest import sample_files
from test_catalog import OVERLAY


@pytest.fixture(scope="module")
def input_table(messages):
    ids = list(range(len(messages)))
    return pa.table({"id": pa.array(ids, pa.int64()), "raw": pa.array(messages, pa.binary())})


@pytest.fixture(scope="module")
def expected(input_table):
    """The single-machine run, with the number of the message as `id`."""
    rows = pl.DataFrame(ndr.scan(input_table.column("raw"), dictionaries=False))
    return rows.with_columns(id=pl.col("source").cast(pl.Int64)).drop("source")


def same(got, expected):
    """Row by row, whatever the order of the partitions and the width of numbers."""
    columns = sorted(expected.columns)
    got = pl.DataFrame(got).select(columns)
    want = expected.select(columns)
    assert got.height == want.height
    got = got.cast({name: kind for name, kind in want.schema.items() if name in ("reply", "date", "original_date")})
    key = ["id", pl.int_range(pl.len()).over("id")]
    assert got.sort(key, maintain_order=True).to_dicts() == want.sort(key, maintain_order=True).to_dicts()


# ---- Spark


@pytest.fixture(scope="module")
def spark():
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .appName("ndr")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "50")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="module")
def frame(spark, input_table):
    frame = spark.createDataFrame(input_table).repartition(4)
    assert frame.rdd.getNumPartitions() == 4
    return frame


def test_spark_gives_what_one_machine_gives(frame, expected):
    rows = ndr.spark.decode(frame, column="raw")
    same(rows.toArrow(), expected)


def test_spark_counts_and_groups(frame, expected):
    rows = ndr.spark.decode(frame, column="raw")
    assert rows.count() == expected.height
    counted = {row["category"]: row["count"] for row in rows.groupBy("category").count().collect()}
    assert counted == dict(expected.group_by("category").len().iter_rows())


def test_spark_keeps_what_is_asked_for(frame, expected):
    assert ndr.spark.decode(frame, column="raw", keep=[]).columns[0] == "kind"
    rows = ndr.spark.decode(frame, column="raw", keep=["id"], steps=True)
    assert rows.columns[0] == "id" and rows.columns[-1] == "steps_admin"
    assert rows.where("steps_admin is not null").count() == expected["slug"].is_not_null().sum()
    with pytest.raises(ndr.InputError, match="no column 'mail'"):
        ndr.spark.decode(frame, column="mail")
    with pytest.raises(ndr.InputError, match="'kind' has the name of a result"):
        ndr.spark.decode(frame.withColumnRenamed("id", "kind"), column="raw")


def test_spark_reads_strings_and_overlays(spark, tmp_path):
    path = tmp_path / "our.yaml"
    path.write_text(OVERLAY)
    frame = spark.createDataFrame([("550 5.7.812 held by the gateway of gw1.example.com",)] * 6, "raw string")
    rows = ndr.spark.decode(frame.repartition(3), catalog=ndr.load_catalog(path))
    assert {row["slug"] for row in rows.collect()} == {"our-gateway-holds"} and rows.count() == 6


def test_spark_table_has_a_summary(frame, expected):
    summary = ndr.summary(ndr.spark.decode(frame, column="raw").toArrow())
    ours = ndr.summary(expected)
    assert summary.categories.to_dicts() == ours.categories.to_dicts()
    assert [row["count"] for row in summary.incidents] == [row["count"] for row in ours.incidents]


# ---- Ray


@pytest.fixture(scope="module")
def dataset(input_table):
    import ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, ignore_reinit_error=True)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield ray.data.from_arrow(input_table).repartition(4)
    ray.shutdown()


def arrow(dataset):
    import ray

    return pa.concat_tables(ray.get(ref) for ref in dataset.to_arrow_refs())


def test_ray_gives_what_one_machine_gives(dataset, expected):
    same(arrow(ndr.ray.decode(dataset, column="raw")), expected)


def test_ray_counts(dataset, expected):
    rows = ndr.ray.decode(dataset, column="raw", keep=["id"])
    assert rows.count() == expected.height
    assert rows.filter(lambda row: row["error"] is not None).count() == 1
    with pytest.raises(ndr.InputError, match="no column 'mail'"):
        ndr.ray.decode(dataset, column="mail")


# ---- what both ship to their workers


def test_a_worker_gets_the_catalogue():
    assert pickle.loads(pickle.dumps(ndr.CATALOG)) == ndr.CATALOG
    assert len(sample_files()) > 200
